package zerobar.card;

import javacard.framework.Util;

/** Everything that lasts, and how it is found and settled at SELECT. */
final class Store {
    static final byte IDENTITY = 0;
    private static final byte SECURITY = 1;
    private static final byte CERTIFICATE = 2;
    private static final byte KEYS = 3;
    private static final byte LIMITS = 4;
    private static final byte REQUEST = 5;
    private static final byte ARM = 6;
    private static final byte BLOCKLIST = 7;
    private static final byte SYNC = 8;
    private static final short MARKERS_LENGTH = 18;

    /** Fields of the request record: number, requests by antenna, entry of the newest credit. */
    static final short REQUEST_NUMBER = 0;
    static final short REQUEST_CONTACTLESS = 4;
    static final short REQUEST_LAST_CREDIT = 6;
    private static final short REQUEST_LENGTH = 10;
    /** Fields of the arm record. */
    static final short ARM_MAXIMUM = 0;
    static final short ARM_ENTRY = 4;
    private static final short ARM_LENGTH = 8;

    private final Card card;
    private final byte[] markers;
    final Identity identity;
    final CheckedRecord security;
    final CheckedRecord certificate;
    final Keys keys;
    final CheckedRecord limits;
    final CheckedRecord request;
    final CheckedRecord arm;
    final Blocklist blocklist;
    final CheckedRecord sync;
    final Cache cache;
    final Ring ring;
    private final CheckedRecord[] records;

    Store(Card card, short slots) {
        this.card = card;
        markers = new byte[MARKERS_LENGTH];
        identity = new Identity(card, markers, IDENTITY);
        security = new CheckedRecord(card, markers, SECURITY, Security.initial());
        certificate = new CheckedRecord(card, markers, CERTIFICATE, new byte[Certificate.LENGTH]);
        keys = new Keys(card, markers, KEYS);
        limits = new CheckedRecord(card, markers, LIMITS, Limits.standard());
        request = new CheckedRecord(card, markers, REQUEST, new byte[REQUEST_LENGTH]);
        arm = new CheckedRecord(card, markers, ARM, new byte[ARM_LENGTH]);
        blocklist = new Blocklist(card, markers, BLOCKLIST);
        sync = new CheckedRecord(card, markers, SYNC, SyncRecord.initial());
        cache = new Cache(card, keys.record());
        ring = new Ring(card, sync, slots);
        records = allRecords();
    }

    private CheckedRecord[] allRecords() {
        CheckedRecord[] all = new CheckedRecord[(short) (MARKERS_LENGTH / 2)];
        all[IDENTITY] = identity.record();
        all[SECURITY] = security;
        all[CERTIFICATE] = certificate;
        all[KEYS] = keys.record();
        all[LIMITS] = limits;
        all[REQUEST] = request;
        all[ARM] = arm;
        all[BLOCKLIST] = blocklist.record();
        all[SYNC] = sync;
        return all;
    }

    /** Finds what is in force, and writes all markers again as they were read. */
    void find() {
        for (short i = 0; i < (short) records.length; i++) {
            records[i].find();
            records[i].settleMarkers(card.sums, Sums.MARKERS);
        }
        card.memory.rewrite(markers, (short) 0, card.sums, Sums.MARKERS, MARKERS_LENGTH);
        ring.find();
        ring.settle();
    }

    /** Writes the number of the last request prepared to `Sums.NUMBER`. */
    void number() {
        byte[] newest = ring.newest();
        short newestAt = ring.newestAt(Slot.NUMBER);
        boolean inRequest = Numbers.less(
                newest, newestAt, request.bytes(), request.at(REQUEST_NUMBER));
        byte[] bytes = inRequest ? request.bytes() : newest;
        short at = inRequest ? request.at(REQUEST_NUMBER) : newestAt;
        Util.arrayCopyNonAtomic(bytes, at, card.sums, Sums.NUMBER, Numbers.WIDTH);
    }
}
