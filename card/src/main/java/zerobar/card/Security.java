package zerobar.card;

/** Where the fields lie of life state, PIN, tries left and the last UNBLOCK's counter. */
final class Security {
    static final short LIFE = 0;
    static final short TRIES = 1;
    static final short PIN = 2;
    static final short COUNTER = 10;
    private static final short LENGTH = 12;

    static final byte ACTIVE = 1;
    static final byte MAX_TRIES = 3;

    private Security() {
    }

    /** Returns the record of a blank card. */
    static byte[] initial() {
        byte[] record = new byte[LENGTH];
        for (short i = PIN; i < COUNTER; i++) {
            record[i] = (byte) 0xFF;
        }
        return record;
    }
}
