package zerobar.card;

import javacard.framework.Util;

/** What an operator asks and says: STATE, READ LOG, SYNC ACK. */
final class Syncing {
    static final short PLAIN_QUERY = 8;
    static final short SIGNED_QUERY = 73;
    static final short ACK_LENGTH = 123;
    private static final short LOG_ENTRY_LENGTH = 129;
    private static final short QUERY_PART = 4;

    private static final byte STATE_HEAD = 0x61;
    private static final short STATE_NONCE = 2;
    private static final short STATE_BODY = 68;

    private static final byte ACK_HEAD = 0x71;
    private static final short ACK_KEY = 1;
    private static final short ACK_ID = 2;
    private static final short ACK_ENTRY = 10;
    private static final short ACK_CHAIN = 14;
    private static final short ACK_RFU = 30;
    private static final short ACK_TIME = 31;
    private static final short ACK_FLAGS = 35;
    private static final short ACK_RFU2 = 36;
    private static final short ACK_OVERRIDES = 39;
    private static final short ACK_NONCE = 51;
    private static final short ACK_BODY = 59;
    private static final short OVERRIDES_LENGTH = 12;
    private static final short TOTALS_LENGTH = 14;
    private static final byte BLOCKED = 0x01;

    private final Purse purse;
    private final Card card;
    private final Ring ring;
    private final CheckedRecord sync;

    Syncing(Purse purse) {
        this.purse = purse;
        card = purse.card;
        ring = purse.ring;
        sync = purse.store.sync;
    }

    // --- STATE and READ LOG --------------------------------------------------------------

    /** Answers a signed account of the purse; its nonce is kept for the SYNC ACK to come. */
    short state(short length) {
        checkQuery(length);
        byte[] answer = card.answer;
        CheckedRecord blocklist = purse.store.blocklist.record();
        describe();
        purse.store.identity.sign(answer, (short) 0, STATE_BODY);
        card.session.setStated(
                answer, STATE_NONCE, blocklist.bytes(), blocklist.at(Blocklist.OWN_HITS));
        return (short) (STATE_BODY + P256.SIGNATURE_LENGTH);
    }

    private void checkQuery(short length) {
        if (length == PLAIN_QUERY) {
            Status.refuseIf(!card.session.trusted(), Status.PIN_NEEDED);
            return;
        }
        byte[] input = card.input;
        byte[] query = card.sums;
        short key = purse.store.keys.key(input[PLAIN_QUERY], Keys.SYNC);
        short end = Util.arrayCopyNonAtomic(
                input, (short) 0, query, Sums.QUERY, Session.NONCE_LENGTH);
        Util.arrayCopyNonAtomic(
                purse.store.identity.bytes(), purse.store.identity.idAt(),
                query, end, Identity.ID_LENGTH);
        boolean good = key != Keys.NONE && card.p256.verifies(
                purse.store.keys.bytes(), key, query, Sums.QUERY, (short) 16,
                input, (short) (PLAIN_QUERY + 1));
        Status.refuseIf(!good, Status.SIGNATURE_REFUSED);
    }

    private void describe() {
        byte[] answer = card.answer;
        Identity identity = purse.store.identity;
        answer[0] = STATE_HEAD;
        answer[1] = purse.flags();
        // Half of the nonce is the purse's own: else a terminal could use one twice, and give an
        // acknowledgement of long ago to the state of today.
        short at = Util.arrayCopyNonAtomic(card.input, (short) 0, answer, STATE_NONCE, QUERY_PART);
        card.p256.randomize(answer, at, QUERY_PART);
        at = (short) (at + QUERY_PART);
        at = Util.arrayCopyNonAtomic(
                identity.bytes(), identity.idAt(), answer, at, Identity.ID_LENGTH);
        at = fromNewest(Slot.ENTRY, Numbers.WIDTH, at);
        at = Util.arrayCopyNonAtomic(
                sync.bytes(), sync.at(SyncRecord.BASE), answer, at, Numbers.WIDTH);
        purse.window();
        at = Util.arrayCopyNonAtomic(card.sums, Sums.NUMBER, answer, at, (short) 12);
        at = fromNewest(Slot.BALANCE, (short) 8, at);
        purse.sinceSync(Slot.OUT_TOTAL, SyncRecord.OUT_TOTAL);
        at = Util.arrayCopyNonAtomic(card.sums, Sums.TOTAL, answer, at, Numbers.WIDTH);
        at = Util.setShort(answer, at, purse.countSinceSync());
        fromNewest(Slot.CHAIN, Slot.CHAIN_LENGTH, at);
    }

    private short fromNewest(short field, short length, short at) {
        return Util.arrayCopyNonAtomic(
                ring.newest(), ring.newestAt(field), card.answer, at, length);
    }

    /** Answers one log entry, in a session in which STATE was answered. */
    short readLog() {
        Status.refuseIf(!card.session.stated(), Status.CONDITIONS_NOT_SATISFIED);
        short found = ring.entry(card.input, (short) 0);
        Status.refuseIf(found == Ring.NONE, Status.ENTRY_NOT_IN_LOG);
        // Kind, entry, balance and held stand together in a slot as they do in the answer.
        short end = Util.arrayCopyNonAtomic(
                ring.bytes(found), ring.at(found, Slot.KIND), card.answer, (short) 0, (short) 13);
        Util.arrayCopyNonAtomic(
                ring.bytes(found), ring.at(found, Slot.PAYLOAD),
                card.answer, end, Slot.PAYLOAD_LENGTH);
        return LOG_ENTRY_LENGTH;
    }

    // --- SYNC ACK ------------------------------------------------------------------------

    /** Returns whether the data have a SYNC ACK's form. */
    boolean isAck() {
        return card.input[0] == ACK_HEAD && card.input[ACK_RFU] == 0
                && Numbers.isZero(card.input, ACK_RFU2, (short) 3);
    }

    /** Takes an operator's word that it holds the log up to an entry; again, nothing changes. */
    short syncAck() {
        byte[] input = card.input;
        if (isRecorded()) {
            return 0;
        }
        Status.refuseIf(!purse.store.identity.isMine(input, ACK_ID), Status.REQUEST_NOT_MINE);
        purse.checkSignedBy(input[ACK_KEY], Keys.SYNC, input, ACK_BODY, input, ACK_BODY);
        Status.refuseIf(
                !card.session.awaits(input, ACK_NONCE), Status.CONDITIONS_NOT_SATISFIED);
        short totals = findTotals();
        Status.refuseIf(purse.isBeforeFloor(input, ACK_TIME), Status.MALFORMED);
        record(totals);
        card.session.setAnswered();
        return 0;
    }

    private boolean isRecorded() {
        card.p256.digest(card.input, (short) 0, ACK_LENGTH, card.digest, (short) 0);
        return Numbers.same(
                card.digest, (short) 0,
                sync.bytes(), sync.at(SyncRecord.MESSAGE_HASH), (short) 32);
    }

    /** Returns the acknowledged slot, or -1 for base; its chain must be the message's. */
    private short findTotals() {
        byte[] input = card.input;
        byte[] recorded = sync.bytes();
        short base = sync.at(SyncRecord.BASE);
        boolean inRange = !Numbers.less(input, ACK_ENTRY, recorded, base)
                && !Numbers.less(ring.newest(), ring.newestAt(Slot.ENTRY), input, ACK_ENTRY);
        Status.refuseIf(!inRange, Status.ENTRY_NOT_IN_LOG);
        if (Numbers.same(input, ACK_ENTRY, recorded, base, Numbers.WIDTH)) {
            checkChain(recorded, sync.at(SyncRecord.CHAIN));
            return Ring.NONE;
        }
        short found = ring.entry(input, ACK_ENTRY);
        Status.refuseIf(found == Ring.NONE, Status.ENTRY_NOT_IN_LOG);
        checkChain(ring.bytes(found), ring.at(found, Slot.CHAIN));
        return found;
    }

    private void checkChain(byte[] chain, short at) {
        boolean same = Numbers.same(card.input, ACK_CHAIN, chain, at, Slot.CHAIN_LENGTH);
        Status.refuseIf(!same, Status.OTHER_CONTENT);
    }

    private void record(short totals) {
        byte[] input = card.input;
        sync.begin();
        sync.put(SyncRecord.BASE, input, ACK_ENTRY, (short) 20);
        sync.put(SyncRecord.TIME, input, ACK_TIME, Numbers.WIDTH);
        sync.put(SyncRecord.FLAGS, (byte) (input[ACK_FLAGS] & BLOCKED));
        recordOverrides();
        if (totals != Ring.NONE) {
            recordTotals(ring.bytes(totals), totals);
        }
        sync.put(SyncRecord.NONCE, input, ACK_NONCE, Session.NONCE_LENGTH);
        sync.put(SyncRecord.OWN_HITS, card.session.bytes, Session.HITS_SEEN, (short) 2);
        card.p256.digest(input, (short) 0, ACK_LENGTH, card.digest, (short) 0);
        sync.put(SyncRecord.MESSAGE_HASH, card.digest, (short) 0, (short) 32);
        sync.commit();
    }

    private void recordOverrides() {
        for (short i = 0; i < OVERRIDES_LENGTH; i = (short) (i + Numbers.WIDTH)) {
            short from = (short) (ACK_OVERRIDES + i);
            if (!Purse.keeps(card.input, from)) {
                short field = (short) (SyncRecord.PER_PAYMENT + i);
                sync.put(field, card.input, from, Numbers.WIDTH);
            }
        }
    }

    private void recordTotals(byte[] bytes, short totals) {
        // The four totals stand together in a slot as they do in the record.
        sync.put(SyncRecord.OUT_TOTAL, bytes, ring.at(totals, Slot.OUT_TOTAL), TOTALS_LENGTH);
    }
}
