package zerobar.card;

import javacard.framework.Util;

/** What anybody may bring from authority and operator: BLOCKLIST and KEY UPDATE. */
final class Updating {
    static final short UPDATE_LENGTH = 134;
    static final short SHORTEST_DELTA = 75;
    static final short LONGEST_DELTA = 219;
    private static final short ID_LENGTH = 8;

    private static final byte DELTA_HEAD = (byte) 0x81;
    private static final short DELTA_KEY = 1;
    private static final short DELTA_FROM = 2;
    private static final short DELTA_TO = 6;
    private static final short DELTA_COUNT = 10;
    private static final short DELTA_IDS = 11;

    private static final byte UPDATE_HEAD = (byte) 0x91;
    private static final short UPDATE_KEY = 1;
    /** From here on an update has the form of an entry of the key table. */
    private static final short UPDATE_ENTRY = 2;
    private static final short UPDATE_BODY = 70;

    private final Purse purse;
    private final Card card;

    Updating(Purse purse) {
        this.purse = purse;
        card = purse.card;
    }

    /** Returns whether data of that length have a delta's form. */
    boolean isDelta(short length) {
        byte[] input = card.input;
        short count = (short) (input[DELTA_COUNT] & 0xFF);
        return input[0] == DELTA_HEAD
                && length == (short) (SHORTEST_DELTA + (short) (count * ID_LENGTH))
                && Numbers.less(input, DELTA_FROM, input, DELTA_TO);
    }

    /** Takes the next blocklist delta; answers the epoch that the card is at. */
    short blocklist() {
        byte[] input = card.input;
        CheckedRecord head = purse.store.blocklist.record();
        boolean next = Numbers.same(
                input, DELTA_FROM, head.bytes(), head.at(Blocklist.EPOCH), Numbers.WIDTH);
        if (next) {
            add(input[DELTA_COUNT]);
        }
        Util.arrayCopyNonAtomic(
                head.bytes(), head.at(Blocklist.EPOCH), card.answer, (short) 0, Numbers.WIDTH);
        return Numbers.WIDTH;
    }

    private void add(short count) {
        byte[] input = card.input;
        short body = (short) (DELTA_IDS + (short) (count * ID_LENGTH));
        purse.checkSignedBy(input[DELTA_KEY], Keys.SYNC, input, body, input, body);
        short hits = 0;
        for (short at = DELTA_IDS; at < body; at = (short) (at + ID_LENGTH)) {
            if (purse.store.identity.isMine(input, at)) {
                hits++;
            }
        }
        purse.store.blocklist.add(
                input, DELTA_IDS, count, DELTA_TO, hits,
                purse.ring.newest(), purse.ring.newestAt(Slot.ACCEPTED));
    }

    /** Returns whether the data have a key update's form. */
    boolean isKeyUpdate() {
        byte role = card.input[(short) (UPDATE_ENTRY + Keys.ROLE)];
        return card.input[0] == UPDATE_HEAD && role >= Keys.ROOT && role <= Keys.OPERATOR_PURSE;
    }

    /** Puts, replaces or deletes a key; its date only ever rises, so no old key comes back. */
    short keyUpdate() {
        byte[] input = card.input;
        Keys keys = purse.store.keys;
        purse.checkSignedBy(
                input[UPDATE_KEY], Keys.ROOT, input, UPDATE_BODY, input, UPDATE_BODY);
        short stored = keys.stored(input[UPDATE_ENTRY]);
        if (stored != Keys.NONE) {
            short at = keys.record().at(stored);
            if (Numbers.same(input, UPDATE_ENTRY, keys.bytes(), at, Keys.ENTRY_LENGTH)) {
                return 0;
            }
            checkNewer(at);
        }
        keys.put(input, UPDATE_ENTRY);
        return 0;
    }

    private void checkNewer(short storedAt) {
        byte[] input = card.input;
        byte[] table = purse.store.keys.bytes();
        boolean sameRole = table[(short) (storedAt + Keys.ROLE)]
                == input[(short) (UPDATE_ENTRY + Keys.ROLE)];
        Status.refuseIf(!sameRole, Status.MALFORMED);
        boolean later = Numbers.lessUnsigned(
                Util.getShort(table, (short) (storedAt + Keys.DAY)),
                Util.getShort(input, (short) (UPDATE_ENTRY + Keys.DAY)));
        Status.refuseIf(!later, Status.OTHER_CONTENT);
    }
}
