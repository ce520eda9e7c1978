package zerobar.card;

/** Classes, and where the fields of a CERTIFICATE lie. */
final class Certificate {
    static final byte HEAD = 0x11;
    static final short KEY_NUMBER = 1;
    static final short PURSE_CLASS = 2;
    static final short CURRENCY = 3;
    static final short NOT_BEFORE = 5;
    static final short NOT_AFTER = 7;
    static final short PUBLIC_KEY = 9;
    static final short BODY_LENGTH = 73;
    static final short LENGTH = 137;

    static final byte PERSON = 0x01;
    static final byte MERCHANT = 0x03;
    static final byte SERVICE = 0x04;
    static final byte OPERATOR = 0x0F;

    /** Sets of classes that will do, one bit each. */
    static final byte NO_CLASS = 0x00;
    static final byte PURSES = 0x07;
    static final byte SERVICES = 0x08;
    static final byte OPERATORS = 0x10;
    static final byte PAYERS = 0x17;
    static final byte ANY_CLASS = 0x1F;

    private Certificate() {
    }

    /** Returns the bit of a class, or no class. */
    static byte bit(byte purseClass) {
        if (purseClass == OPERATOR) {
            return OPERATORS;
        }
        boolean known = purseClass >= PERSON && purseClass <= SERVICE;
        return known ? (byte) (1 << (byte) (purseClass - 1)) : NO_CLASS;
    }

    /** Returns whether type, suite and class are known. */
    static boolean isWellFormed(byte[] certificate, short at) {
        return certificate[at] == HEAD
                && bit(certificate[(short) (at + PURSE_CLASS)]) != NO_CLASS;
    }
}
