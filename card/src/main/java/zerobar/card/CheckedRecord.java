package zerobar.card;

import javacard.framework.Util;

/**
 * A record that changes at one byte: two alternating cells of `sequence 4 | contents | hash 8`.
 *
 * The cell that is not in force is written, and its marker last. The markers of all records lie
 * together, so that SELECT writes them again in one go.
 */
final class CheckedRecord {
    static final byte VALID = 0x5A;
    static final byte CLEARED = 0x00;
    static final short GUARD_LENGTH = 8;

    private final Card card;
    private final byte[] markers;
    private final byte index;
    private final short length;
    private final byte[] cells;

    /** Takes the room and writes the contents before the first change; at installation only. */
    CheckedRecord(Card card, byte[] markers, byte index, byte[] initial) {
        this.card = card;
        this.markers = markers;
        this.index = index;
        length = (short) initial.length;
        cells = new byte[(short) (2 * cellSize())];
        Util.arrayCopyNonAtomic(initial, (short) 0, cells, Numbers.WIDTH, length);
        cells[(short) (Numbers.WIDTH - 1)] = 1;
        short guarded = (short) (Numbers.WIDTH + length);
        card.p256.digest(cells, (short) 0, guarded, card.digest, (short) 0);
        Util.arrayCopyNonAtomic(card.digest, (short) 0, cells, guarded, GUARD_LENGTH);
        markers[marker((byte) 0)] = VALID;
    }

    private short cellSize() {
        return (short) ((short) (Numbers.WIDTH + length) + GUARD_LENGTH);
    }

    private short cell(byte which) {
        return which == 0 ? (short) 0 : cellSize();
    }

    private short marker(byte which) {
        return (short) ((short) (2 * index) + which);
    }

    private byte active() {
        return card.session.activeCell(index);
    }

    private byte other() {
        return (byte) (1 - active());
    }

    /** The bytes in which the contents lie, from `at` on. */
    byte[] bytes() {
        return cells;
    }

    /** Where the contents in force begin. */
    short at() {
        return (short) (cell(active()) + Numbers.WIDTH);
    }

    /** Where a field of the contents in force begins. */
    short at(short field) {
        return (short) (at() + field);
    }

    /** Where the sequence in force stands, 4 bytes; it rises with every change. */
    short sequenceAt() {
        return cell(active());
    }

    /** Finds the cell in force, at SELECT. */
    void find() {
        byte first = isNewer((byte) 1) ? (byte) 1 : (byte) 0;
        boolean valid = markers[marker(first)] == VALID && isWhole(first);
        card.session.setActiveCell(index, valid ? first : (byte) (1 - first));
    }

    private boolean isNewer(byte which) {
        return Numbers.less(cells, cell((byte) (1 - which)), cells, cell(which));
    }

    private boolean isWhole(byte which) {
        short guarded = (short) (Numbers.WIDTH + length);
        card.p256.digest(cells, cell(which), guarded, card.digest, (short) 0);
        short guard = (short) (cell(which) + guarded);
        return Numbers.same(card.digest, (short) 0, cells, guard, GUARD_LENGTH);
    }

    /**
     * Writes the two markers as they are to be: so that what was read stays so.
     *
     * A newer cell that is whole, but whose marker did not read as set, was torn at its very last
     * byte: it must not come back.
     */
    void settleMarkers(byte[] settled, short at) {
        short pair = (short) (at + marker((byte) 0));
        settled[pair] = markers[marker((byte) 0)];
        settled[(short) (pair + 1)] = markers[marker((byte) 1)];
        settled[(short) (pair + active())] = VALID;
        if (isNewer(other()) && isWhole(other())) {
            settled[(short) (pair + other())] = CLEARED;
        }
    }

    /** Begins a change: the cell not in force takes over the contents, to be changed by `put`. */
    void begin() {
        byte target = other();
        card.memory.put(markers, marker(target), CLEARED);
        Util.arrayCopyNonAtomic(
                cells, sequenceAt(), card.sums, Sums.SEQUENCE, Numbers.WIDTH);
        Numbers.increment(card.sums, Sums.SEQUENCE, Numbers.WIDTH);
        card.memory.write(cells, cell(target), card.sums, Sums.SEQUENCE, Numbers.WIDTH);
        short contents = (short) (cell(target) + Numbers.WIDTH);
        card.memory.write(cells, contents, cells, at(), length);
    }

    /** Changes a field of what was begun. */
    void put(short field, byte[] source, short from, short count) {
        card.memory.write(cells, changing(field), source, from, count);
    }

    /** Changes a byte of what was begun. */
    void put(short field, byte value) {
        card.memory.put(cells, changing(field), value);
    }

    private short changing(short field) {
        return (short) ((short) (cell(other()) + Numbers.WIDTH) + field);
    }

    /** Puts what was begun in force; until the last byte the record is the old one. */
    void commit() {
        byte target = other();
        short guarded = (short) (Numbers.WIDTH + length);
        card.p256.digest(cells, cell(target), guarded, card.digest, (short) 0);
        short guard = (short) (cell(target) + guarded);
        card.memory.write(cells, guard, card.digest, (short) 0, GUARD_LENGTH);
        card.memory.put(markers, marker(target), VALID);
        card.session.setActiveCell(index, target);
    }
}
