package zerobar.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * The log: a ring of slots, of which only acknowledged ones are ever written over.
 *
 * The newest valid slot is the purse's whole money state, so one marker byte commits a payment.
 * No array of a card is longer than 32 kB, so a large ring lies in several.
 */
final class Ring {
    static final short SLOT_SIZE = 192;
    static final short NONE = -1;
    private static final short CHUNK_SLOTS = 128;
    private static final short CHUNK_SHIFT = 7;
    private static final short KEY_AT = (short) (Slot.PAYLOAD + 14);
    /** Length of what a search is for: payee id and request number, or payer id and entry. */
    static final short KEY_LENGTH = 12;

    private final Card card;
    private final CheckedRecord sync;
    private final Object[] chunks;
    private final byte[] empty;
    private final short slots;

    /** Takes the room for so many slots, a power of two; at installation only. */
    Ring(Card card, CheckedRecord sync, short slots) {
        this.card = card;
        this.sync = sync;
        this.slots = slots;
        empty = new byte[SLOT_SIZE];
        short count = (short) ((short) (slots + (short) (CHUNK_SLOTS - 1)) >> CHUNK_SHIFT);
        short each = slots < CHUNK_SLOTS ? slots : CHUNK_SLOTS;
        chunks = new Object[count];
        for (short i = 0; i < count; i++) {
            chunks[i] = new byte[(short) (each * SLOT_SIZE)];
        }
    }

    // --- where slots are -----------------------------------------------------------------

    /** The array in which a slot lies. */
    byte[] bytes(short index) {
        return index == NONE ? empty : (byte[]) chunks[(short) (index >> CHUNK_SHIFT)];
    }

    /** Where in its array a slot begins. */
    short at(short index) {
        short inside = (short) (index & (short) (CHUNK_SLOTS - 1));
        return index == NONE ? (short) 0 : (short) (inside * SLOT_SIZE);
    }

    /** Where in its array a field of a slot begins. */
    short at(short index, short field) {
        return (short) (at(index) + field);
    }

    /** The array of the newest slot; of zeros while the log is empty. */
    byte[] newest() {
        return bytes(card.session.newest());
    }

    /** Where a field of the newest slot begins. */
    short newestAt(short field) {
        return at(card.session.newest(), field);
    }

    private short indexOf(byte[] entry, short at) {
        return (short) (Util.getShort(entry, (short) (at + 2)) & (short) (slots - 1));
    }

    // --- SELECT --------------------------------------------------------------------------

    /** Finds the newest slot: of those that are whole and marked the one with the highest entry. */
    void find() {
        short bound = NONE;
        short best = highest(bound);
        while (best != NONE && !isWhole(best)) {
            bound = best;
            best = highest(bound);
        }
        card.session.setNewest(best);
    }

    private short highest(short bound) {
        short best = NONE;
        for (short i = 0; i < slots; i++) {
            if (isMarked(i) && (bound == NONE || isBelow(i, bound))
                    && (best == NONE || isBelow(best, i))) {
                best = i;
            }
        }
        return best;
    }

    private boolean isBelow(short index, short other) {
        return Numbers.less(
                bytes(index), at(index, Slot.ENTRY), bytes(other), at(other, Slot.ENTRY));
    }

    private boolean isMarked(short index) {
        return bytes(index)[at(index)] == CheckedRecord.VALID;
    }

    private boolean isWhole(short index) {
        short guarded = (short) (Slot.HASH - Slot.KIND);
        card.p256.digest(bytes(index), at(index, Slot.KIND), guarded, card.digest, (short) 0);
        return Numbers.same(
                card.digest, (short) 0,
                bytes(index), at(index, Slot.HASH), CheckedRecord.GUARD_LENGTH);
    }

    /**
     * Writes the markers again as they were read, so that a weak write cannot flicker.
     *
     * A next slot that is whole, but whose marker did not read as set, was torn at its very last
     * byte: it must not come back.
     */
    void settle() {
        short index = card.session.newest();
        if (index != NONE) {
            card.memory.put(bytes(index), at(index), CheckedRecord.VALID);
        }
        nextEntry(card.sums, Sums.DIFFERENCE);
        short next = indexOf(card.sums, Sums.DIFFERENCE);
        if (hasEntry(next, card.sums, Sums.DIFFERENCE) && isWhole(next)) {
            card.memory.put(bytes(next), at(next), CheckedRecord.CLEARED);
        }
    }

    private void nextEntry(byte[] entry, short at) {
        Util.arrayCopyNonAtomic(newest(), newestAt(Slot.ENTRY), entry, at, Numbers.WIDTH);
        Numbers.increment(entry, at, Numbers.WIDTH);
    }

    private boolean hasEntry(short index, byte[] entry, short at) {
        return Numbers.same(bytes(index), at(index, Slot.ENTRY), entry, at, Numbers.WIDTH);
    }

    // --- what is in the log --------------------------------------------------------------

    /** Returns how many entries fit before the next sync. */
    short free() {
        distance(newest(), newestAt(Slot.ENTRY), sync.bytes(), sync.at(SyncRecord.BASE));
        return (short) (slots - Util.getShort(card.sums, (short) (Sums.DIFFERENCE + 2)));
    }

    private void distance(byte[] high, short highAt, byte[] low, short lowAt) {
        Util.arrayCopyNonAtomic(high, highAt, card.sums, Sums.DIFFERENCE, Numbers.WIDTH);
        Numbers.subtract(card.sums, Sums.DIFFERENCE, low, lowAt);
    }

    /** Returns the slot of an entry that is in the log, or -1. */
    short entry(byte[] entry, short at) {
        if (!holds(entry, at)) {
            return NONE;
        }
        short index = indexOf(entry, at);
        return isMarked(index) && hasEntry(index, entry, at) && isWhole(index) ? index : NONE;
    }

    private boolean holds(byte[] entry, short at) {
        if (Numbers.isZero(entry, at, Numbers.WIDTH)
                || Numbers.less(newest(), newestAt(Slot.ENTRY), entry, at)) {
            return false;
        }
        distance(newest(), newestAt(Slot.ENTRY), entry, at);
        short age = Util.getShort(card.sums, (short) (Sums.DIFFERENCE + 2));
        boolean far = Util.getShort(card.sums, Sums.DIFFERENCE) != 0 || age < 0 || age >= slots;
        // The acknowledged slot that the next write will take counts as gone already: so a cut in
        // that write never makes an entry vanish that was there before it.
        boolean next = age == (short) (slots - 1) && isAcknowledged(entry, at);
        return !far && !next;
    }

    private boolean isAcknowledged(byte[] entry, short at) {
        return !Numbers.less(sync.bytes(), sync.at(SyncRecord.BASE), entry, at);
    }

    /** Returns the first slot from an index on, in the log, of a kind and with a key; or -1. */
    short find(byte kind, byte otherKind, byte[] key, short keyAt, short from) {
        for (short i = from; i < slots; i++) {
            if (isMarked(i) && isOfKind(i, kind, otherKind)
                    && Numbers.same(bytes(i), at(i, KEY_AT), key, keyAt, KEY_LENGTH)
                    && entry(bytes(i), at(i, Slot.ENTRY)) == i) {
                return i;
            }
        }
        return NONE;
    }

    private boolean isOfKind(short index, byte kind, byte otherKind) {
        byte found = bytes(index)[at(index, Slot.KIND)];
        return found == kind || found == otherKind;
    }

    // --- the next entry ------------------------------------------------------------------

    /** Fills the slot in RAM with the newest one's fields, but for the payload. */
    void beginSlot(byte kind) {
        byte[] slot = card.slot;
        Util.arrayCopyNonAtomic(newest(), newestAt(Slot.MARKER), slot, (short) 0, Slot.PAYLOAD);
        Util.arrayCopyNonAtomic(
                newest(), newestAt(Slot.LAST_CREDIT), slot, Slot.LAST_CREDIT, (short) 8);
        slot[Slot.KIND] = kind;
        Numbers.increment(slot, Slot.ENTRY, Numbers.WIDTH);
        Util.setShort(slot, Slot.FLAGS, (short) 0);
    }

    /** Carries the chain on over what the new entry contains, so many bytes of its payload. */
    void extendChain(short contentLength) {
        byte[] slot = card.slot;
        card.p256.hash.update(newest(), newestAt(Slot.CHAIN), Slot.CHAIN_LENGTH);
        card.p256.hash.update(slot, Slot.KIND, (short) (1 + Numbers.WIDTH));
        card.p256.digest(slot, Slot.PAYLOAD, contentLength, card.digest, (short) 0);
        Util.arrayCopyNonAtomic(card.digest, (short) 0, slot, Slot.CHAIN, Slot.CHAIN_LENGTH);
    }

    /** Commits the slot in RAM; a cut leaves the state before or after it. */
    void append() {
        byte[] slot = card.slot;
        seal(slot);
        short index = indexOf(slot, Slot.ENTRY);
        byte[] chunk = bytes(index);
        short at = at(index);
        card.memory.put(chunk, at, CheckedRecord.CLEARED);
        card.memory.write(
                chunk, (short) (at + 1), slot, Slot.KIND, (short) (SLOT_SIZE - 1));
        card.memory.put(chunk, at, CheckedRecord.VALID);
        if (!Numbers.same(chunk, at, slot, (short) 0, SLOT_SIZE)) {
            card.session.close();
            ISOException.throwIt(Status.MEMORY_FAILURE);
        }
        card.session.setNewest(index);
    }

    private void seal(byte[] slot) {
        short guarded = (short) (Slot.HASH - Slot.KIND);
        card.p256.digest(slot, Slot.KIND, guarded, card.digest, (short) 0);
        Util.arrayCopyNonAtomic(
                card.digest, (short) 0, slot, Slot.HASH, CheckedRecord.GUARD_LENGTH);
        slot[Slot.MARKER] = CheckedRecord.VALID;
    }
}
