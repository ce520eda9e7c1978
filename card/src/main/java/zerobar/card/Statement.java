package zerobar.card;

/** Where the fields of a VOID STATEMENT lie, and why a voucher was voided. */
final class Statement {
    static final byte HEAD = 0x41;
    static final byte VOIDED = 0;
    static final byte NEVER_MY_REQUEST = 1;
    static final byte TOO_OLD = 2;

    static final short FLAGS = 1;
    static final short PAYEE_ID = 2;
    static final short PAYEE_ENTRY = 10;
    static final short PAYER_ID = 14;
    static final short PAYER_ENTRY = 22;
    static final short NUMBER = 26;
    static final short AMOUNT = 30;
    static final short VOUCHER_HASH = 34;
    static final short BODY_LENGTH = 42;
    static final short LENGTH = 106;

    private Statement() {
    }
}
