package zerobar.card;

/** Unsigned big-endian numbers in byte arrays: a card may have no 32-bit integers. */
final class Numbers {
    /** Bytes of a counter or an amount. */
    static final short WIDTH = 4;

    private Numbers() {
    }

    /** Returns -1, 0 or 1 as the first number of that many bytes is less, equal or greater. */
    static byte compare(byte[] first, short firstAt, byte[] second, short secondAt, short length) {
        for (short i = 0; i < length; i++) {
            short a = (short) (first[(short) (firstAt + i)] & 0xFF);
            short b = (short) (second[(short) (secondAt + i)] & 0xFF);
            if (a != b) {
                return a < b ? (byte) -1 : (byte) 1;
            }
        }
        return 0;
    }

    /** Returns whether the first four-byte number is less. */
    static boolean less(byte[] first, short firstAt, byte[] second, short secondAt) {
        return compare(first, firstAt, second, secondAt, WIDTH) < 0;
    }

    /** Returns whether two stretches of bytes are the same. */
    static boolean same(byte[] first, short firstAt, byte[] second, short secondAt, short length) {
        return compare(first, firstAt, second, secondAt, length) == 0;
    }

    /** Returns whether all of these bytes are zero. */
    static boolean isZero(byte[] bytes, short at, short length) {
        for (short i = 0; i < length; i++) {
            if (bytes[(short) (at + i)] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Adds a four-byte number to another; returns whether it was carried out of them. */
    static boolean add(byte[] sum, short sumAt, byte[] addend, short addendAt) {
        short carry = 0;
        for (short i = 3; i >= 0; i--) {
            short a = (short) (sum[(short) (sumAt + i)] & 0xFF);
            short b = (short) (addend[(short) (addendAt + i)] & 0xFF);
            short digit = (short) ((short) (a + b) + carry);
            sum[(short) (sumAt + i)] = (byte) digit;
            carry = (short) (digit >> 8);
        }
        return carry != 0;
    }

    /** Subtracts a four-byte number from another, modulo their size. */
    static void subtract(byte[] from, short fromAt, byte[] less, short lessAt) {
        short borrow = 0;
        for (short i = 3; i >= 0; i--) {
            short a = (short) (from[(short) (fromAt + i)] & 0xFF);
            short b = (short) (less[(short) (lessAt + i)] & 0xFF);
            short digit = (short) ((short) (a - b) - borrow);
            from[(short) (fromAt + i)] = (byte) digit;
            borrow = digit < 0 ? (short) 1 : (short) 0;
        }
    }

    /** Adds one to a number of that many bytes, modulo their size. */
    static void increment(byte[] number, short at, short length) {
        for (short i = (short) (length - 1); i >= 0; i--) {
            short place = (short) (at + i);
            number[place] = (byte) (number[place] + 1);
            if (number[place] != 0) {
                return;
            }
        }
    }

    /** Returns whether the first two-byte number is less, both taken without sign. */
    static boolean lessUnsigned(short first, short second) {
        return (short) (first ^ (short) 0x8000) < (short) (second ^ (short) 0x8000);
    }

    /** Shifts an eight-byte number left by 0 to 63 bits; what goes out of it is lost. */
    static void shiftLeft(byte[] number, short at, short bits) {
        short bytes = (short) (bits >> 3);
        short rest = (short) (bits & 7);
        for (short i = 0; i < 8; i++) {
            short high = digit(number, at, (short) (i + bytes));
            short low = digit(number, at, (short) ((short) (i + bytes) + 1));
            short pair = (short) ((short) (high << 8) | low);
            number[(short) (at + i)] = (byte) ((short) (pair << rest) >> 8);
        }
    }

    private static short digit(byte[] number, short at, short index) {
        return index < 8 ? (short) (number[(short) (at + index)] & 0xFF) : (short) 0;
    }

    /** Returns the day of a time in Unix seconds, without sign: the time divided by 86,400. */
    static short day(byte[] time, short at) {
        // 86,400 is 128 times 675: the low seven bits do not matter, and the rest fits two bytes.
        short rest = 0;
        short days = 0;
        for (short bit = 0; bit < 25; bit++) {
            short whole = (short) (time[(short) (at + (short) (bit >> 3))] & 0xFF);
            short next = (short) ((short) (whole >> (short) (7 - (short) (bit & 7))) & 1);
            rest = (short) ((short) (rest << 1) | next);
            days = (short) (days << 1);
            if (rest >= 675) {
                rest = (short) (rest - 675);
                days = (short) (days | 1);
            }
        }
        return days;
    }
}
