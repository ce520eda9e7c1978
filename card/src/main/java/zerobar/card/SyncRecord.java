package zerobar.card;

/** Where the fields lie of what the last SYNC ACK set. */
final class SyncRecord {
    static final short BASE = 0;
    static final short CHAIN = 4;
    static final short TIME = 20;
    static final short FLAGS = 24;
    static final short PER_PAYMENT = 25;
    static final short WITHOUT_PIN = 29;
    static final short HOLDING = 33;
    static final short OUT_TOTAL = 37;
    static final short OUT_COUNT = 41;
    static final short IN_TOTAL = 43;
    static final short NO_PIN_TOTAL = 47;
    static final short NONCE = 51;
    static final short OWN_HITS = 59;
    static final short MESSAGE_HASH = 61;
    static final short LENGTH = 93;

    private SyncRecord() {
    }

    /** Returns the record of a purse that was never synchronised. */
    static byte[] initial() {
        byte[] record = new byte[LENGTH];
        for (short i = PER_PAYMENT; i < OUT_TOTAL; i++) {
            record[i] = (byte) 0xFF;
        }
        return record;
    }
}
