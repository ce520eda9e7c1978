package zerobar.card;

/** Kinds, and where the fields of REQUEST and VOUCHER lie. */
final class Request {
    static final byte PAYMENT = 1;
    static final byte REFUND = 2;
    static final byte LOAD = 3;
    static final byte UNLOAD = 4;
    static final byte PUSH = 5;
    static final byte AUTHORISE = 6;

    static final byte HEAD = 0x21;
    static final short KIND = 1;
    static final short PAYEE_ID = 2;
    static final short NUMBER = 10;
    static final short AMOUNT = 14;
    static final short CURRENCY = 18;
    static final short TAG = 20;
    static final short REFERENCE = 24;
    static final short LENGTH = 32;
    static final short TAG_LENGTH = 4;
    /** Payee id, number, amount and currency. */
    static final short TERMS_LENGTH = 18;

    private Request() {
    }

    /** Returns whether four bytes are an amount: 1 to 7FFFFFFF. */
    static boolean isAmount(byte[] bytes, short at) {
        return bytes[at] >= 0 && !Numbers.isZero(bytes, at, Numbers.WIDTH);
    }

    /** Returns whether this is a kind that a purse takes: PAYMENT, REFUND or LOAD. */
    static boolean isAcceptable(byte kind) {
        return kind >= PAYMENT && kind <= LOAD;
    }
}
