package zerobar.card;

import javacard.framework.Util;

/** Limits of the three classes, eight numbers of 4 bytes each; a sync may override three. */
final class Limits {
    static final short PER_PAYMENT = 0;
    static final short WITHOUT_PIN = 4;
    static final short NO_PIN_TOTAL = 8;
    static final short HOLDING = 12;
    static final short COUNT_OUT = 16;
    static final short VALUE_OUT = 20;
    static final short VALUE_IN = 24;
    static final short BLOCKLIST_AGE = 28;
    static final short LENGTH = 32;

    private static final byte[] STANDARD = {
        // person
        0x00, 0x00, (byte) 0xC3, 0x50, 0x00, 0x00, 0x4E, 0x20,
        0x00, 0x00, (byte) 0xC3, 0x50, 0x00, 0x01, (byte) 0x86, (byte) 0xA0,
        0x00, 0x00, 0x00, 0x0A, 0x00, 0x01, (byte) 0x86, (byte) 0xA0,
        0x00, 0x01, (byte) 0x86, (byte) 0xA0, 0x00, 0x00, 0x00, 0x32,
        // anonymous person
        0x00, 0x00, 0x4E, 0x20, 0x00, 0x00, 0x27, 0x10,
        0x00, 0x00, 0x4E, 0x20, 0x00, 0x00, (byte) 0xC3, 0x50,
        0x00, 0x00, 0x00, 0x0A, 0x00, 0x00, (byte) 0xC3, 0x50,
        0x00, 0x00, (byte) 0xC3, 0x50, 0x00, 0x00, 0x00, 0x32,
        // merchant
        0x00, 0x03, 0x0D, 0x40, 0x00, 0x03, 0x0D, 0x40,
        0x00, 0x1E, (byte) 0x84, (byte) 0x80, 0x00, (byte) 0x98, (byte) 0x96, (byte) 0x80,
        0x00, 0x00, 0x00, (byte) 0xC8, 0x00, 0x1E, (byte) 0x84, (byte) 0x80,
        0x00, (byte) 0x98, (byte) 0x96, (byte) 0x80, 0x00, 0x00, 0x01, (byte) 0xF4,
    };

    private Limits() {
    }

    /** Returns what purses are limited to unless personalised otherwise. */
    static byte[] standard() {
        byte[] table = new byte[(short) STANDARD.length];
        Util.arrayCopyNonAtomic(STANDARD, (short) 0, table, (short) 0, (short) STANDARD.length);
        return table;
    }

    /** Returns where in the sync record a limit's override stands, or -1 for what has none. */
    static short override(short limit) {
        switch (limit) {
            case PER_PAYMENT:
                return SyncRecord.PER_PAYMENT;
            case WITHOUT_PIN:
                return SyncRecord.WITHOUT_PIN;
            case HOLDING:
                return SyncRecord.HOLDING;
            default:
                return -1;
        }
    }
}
