package zerobar.card;

/** Where the fields of a VOUCHER lie. */
final class Voucher {
    static final byte HEAD = 0x31;
    static final short KIND = 1;
    static final short PAYER_ID = 2;
    static final short ENTRY = 10;
    static final short PAYEE_ID = 14;
    static final short NUMBER = 22;
    static final short AMOUNT = 26;
    static final short CURRENCY = 30;
    static final short TAG = 32;
    static final short REFERENCE = 36;
    static final short CHAIN = 44;
    static final short BODY_LENGTH = 52;
    static final short LENGTH = 116;
    /** All that a voucher takes over from the request it pays, from its payee id on. */
    static final short ORDER_LENGTH = 30;

    private Voucher() {
    }

    /** Returns whether 116 bytes have a voucher's form. */
    static boolean isWellFormed(byte[] voucher, short at) {
        byte kind = voucher[(short) (at + KIND)];
        return voucher[at] == HEAD && kind >= Request.PAYMENT && kind <= Request.AUTHORISE
                && Request.isAmount(voucher, (short) (at + AMOUNT));
    }
}
