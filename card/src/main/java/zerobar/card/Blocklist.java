package zerobar.card;

import javacard.framework.Util;

/**
 * The newest blocked ids, and the record that says which they are.
 *
 * A delta is written beside the ids in force, which the record then takes in at once.
 */
final class Blocklist {
    static final short EPOCH = 0;
    private static final short NEXT = 4;
    private static final short COUNT = 6;
    static final short OWN_HITS = 8;
    static final short ACCEPTED = 10;
    private static final short LENGTH = 12;
    private static final short SIZE = 256;
    /** With room for one delta of 18 ids beside those in force. */
    private static final short ROOM = (short) (SIZE + 18);
    private static final short ID_LENGTH = 8;

    private final Card card;
    private final CheckedRecord record;
    private final byte[] ids;

    Blocklist(Card card, byte[] markers, byte index) {
        this.card = card;
        record = new CheckedRecord(card, markers, index, new byte[LENGTH]);
        ids = new byte[(short) (ROOM * ID_LENGTH)];
    }

    CheckedRecord record() {
        return record;
    }

    /** Returns whether an id is among the newest 256. */
    boolean contains(byte[] id, short at) {
        short place = Util.getShort(record.bytes(), record.at(NEXT));
        short count = Util.getShort(record.bytes(), record.at(COUNT));
        for (short i = 0; i < count; i++) {
            place = place == 0 ? (short) (ROOM - 1) : (short) (place - 1);
            if (Numbers.same(ids, (short) (place * ID_LENGTH), id, at, ID_LENGTH)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds ids in their order and goes on to the next epoch.
     *
     * Credits are counted anew from `accepted`, 2 bytes of an array.
     */
    void add(
            byte[] added, short at, short count, short epochAt, short ownHits,
            byte[] accepted, short acceptedAt) {
        short place = write(added, at, count);
        short held = (short) (Util.getShort(record.bytes(), record.at(COUNT)) + count);
        short hits = (short) (Util.getShort(record.bytes(), record.at(OWN_HITS)) + ownHits);
        record.begin();
        record.put(EPOCH, added, epochAt, Numbers.WIDTH);
        put(NEXT, place);
        put(COUNT, held < SIZE ? held : SIZE);
        put(OWN_HITS, hits);
        record.put(ACCEPTED, accepted, acceptedAt, (short) 2);
        record.commit();
    }

    private short write(byte[] added, short at, short count) {
        short place = Util.getShort(record.bytes(), record.at(NEXT));
        for (short i = 0; i < count; i++) {
            short from = (short) (at + (short) (i * ID_LENGTH));
            card.memory.write(ids, (short) (place * ID_LENGTH), added, from, ID_LENGTH);
            place = place == (short) (ROOM - 1) ? (short) 0 : (short) (place + 1);
        }
        return place;
    }

    private void put(short field, short value) {
        Util.setShort(card.sums, Sums.DIFFERENCE, value);
        record.put(field, card.sums, Sums.DIFFERENCE, (short) 2);
    }
}
