package zerobar.card;

/** Where the fields of a slot lie, and what stands in some of them. */
final class Slot {
    static final short MARKER = 0;
    static final short KIND = 1;
    static final short ENTRY = 2;
    static final short BALANCE = 6;
    static final short HELD = 10;
    static final short OUT_TOTAL = 14;
    static final short OUT_COUNT = 18;
    static final short IN_TOTAL = 20;
    static final short NO_PIN_TOTAL = 24;
    static final short NUMBER = 28;
    static final short WINDOW = 32;
    static final short FLAGS = 40;
    static final short ACCEPTED = 42;
    static final short CHAIN = 44;
    static final short PAYLOAD = 60;
    static final short LAST_CREDIT = 176;
    static final short HASH = 184;
    static final short PAYLOAD_LENGTH = 116;
    static final short CHAIN_LENGTH = 16;

    static final byte PAY = 1;
    static final byte CREDIT = 2;
    static final byte VOID = 3;
    static final byte UNDO = 4;

    static final short PAID_WITH_PIN = 0x0001;
    static final short CREDITED_PARTLY_TO_HELD = 0x0002;

    private Slot() {
    }
}
