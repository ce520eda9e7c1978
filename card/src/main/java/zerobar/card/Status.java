package zerobar.card;

import javacard.framework.ISOException;

/** Status words, as on the protocol page. */
final class Status {
    static final short WRONG_PIN = (short) 0x63C0;
    static final short MEMORY_FAILURE = (short) 0x6581;
    static final short WRONG_LENGTH = (short) 0x6700;
    static final short PIN_BLOCKED = (short) 0x6983;
    static final short CONDITIONS_NOT_SATISFIED = (short) 0x6985;
    static final short NOTHING_SELECTED = (short) 0x6999;
    static final short MALFORMED = (short) 0x6A80;
    static final short NOT_FOUND = (short) 0x6A82;
    static final short NO_SPACE = (short) 0x6A84;
    static final short WRONG_P1_P2 = (short) 0x6A86;
    static final short UNKNOWN_INSTRUCTION = (short) 0x6D00;
    static final short UNKNOWN_CLASS = (short) 0x6E00;
    static final short INSUFFICIENT_BALANCE = (short) 0x9E01;
    static final short OVER_PAYMENT_LIMIT = (short) 0x9E02;
    static final short PIN_NEEDED = (short) 0x9E03;
    static final short NO_PIN_TOTAL_USED = (short) 0x9E04;
    static final short TOO_MANY_PAYMENTS = (short) 0x9E05;
    static final short TOO_MUCH_VALUE = (short) 0x9E06;
    static final short CERTIFICATE_EXPIRED = (short) 0x9E07;
    static final short PURSE_BLOCKED = (short) 0x9E08;
    static final short LOG_FULL = (short) 0x9E09;
    static final short OTHER_CONTENT = (short) 0x9E0A;
    static final short ALREADY_SETTLED = (short) 0x9E0B;
    static final short REQUEST_NOT_MINE = (short) 0x9E0C;
    static final short CERTIFICATE_REFUSED = (short) 0x9E0D;
    static final short SIGNATURE_REFUSED = (short) 0x9E0E;
    static final short PAYER_BLOCKLISTED = (short) 0x9E0F;
    static final short BLOCKLIST_TOO_OLD = (short) 0x9E10;
    static final short COUNTER_EXHAUSTED = (short) 0x9E11;
    static final short ENTRY_NOT_IN_LOG = (short) 0x9E12;
    static final short TOO_MANY_REQUESTS = (short) 0x9E13;

    private Status() {
    }

    /** Ends the command with this status word if the condition holds. */
    static void refuseIf(boolean condition, short status) {
        if (condition) {
            ISOException.throwIt(status);
        }
    }
}
