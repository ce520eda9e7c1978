package zerobar.card;

import javacard.framework.Util;

/**
 * Certificates whose signature was verified, 16 of them; the one kept longest makes room.
 *
 * A cell is `marker 1 | sequence 4 | generation 4 | certificate 137 | its hash 8 | guard 8`; the
 * generation is the key table's, so that a changed table empties the cache. It is a hint only.
 */
final class Cache {
    static final short NONE = -1;
    private static final short CELLS = 16;
    private static final short SEQUENCE = 1;
    private static final short GENERATION = 5;
    private static final short CERTIFICATE = 9;
    private static final short HASH = 146;
    private static final short HASH_LENGTH = 8;
    private static final short GUARD = 154;
    private static final short CELL_LENGTH = 162;

    private final Card card;
    private final CheckedRecord keys;
    private final byte[] cells;

    Cache(Card card, CheckedRecord keys) {
        this.card = card;
        this.keys = keys;
        cells = new byte[(short) (CELLS * CELL_LENGTH)];
    }

    byte[] bytes() {
        return cells;
    }

    /** Returns where the certificate of that hash (8 bytes) is kept, or -1. */
    short find(byte[] hash, short at) {
        for (short cell = 0; cell < CELLS; cell++) {
            short start = (short) (cell * CELL_LENGTH);
            if (isKept(start) && isWhole(start)
                    && Numbers.same(cells, (short) (start + HASH), hash, at, HASH_LENGTH)) {
                return (short) (start + CERTIFICATE);
            }
        }
        return NONE;
    }

    /** Returns where this very certificate is kept, or -1. */
    short findWhole(byte[] certificate, short at) {
        for (short cell = 0; cell < CELLS; cell++) {
            short start = (short) (cell * CELL_LENGTH);
            short kept = (short) (start + CERTIFICATE);
            if (isKept(start)
                    && Numbers.same(cells, kept, certificate, at, Certificate.LENGTH)
                    && isWhole(start)) {
                return kept;
            }
        }
        return NONE;
    }

    private boolean isMarked(short start) {
        return cells[start] == CheckedRecord.VALID;
    }

    private boolean isKept(short start) {
        return isMarked(start) && Numbers.same(
                cells, (short) (start + GENERATION),
                keys.bytes(), keys.sequenceAt(), Numbers.WIDTH);
    }

    private boolean isWhole(short start) {
        short guarded = (short) (GUARD - SEQUENCE);
        card.p256.digest(
                cells, (short) (start + SEQUENCE), guarded, card.digest, (short) 0);
        return Numbers.same(
                card.digest, (short) 0,
                cells, (short) (start + GUARD), CheckedRecord.GUARD_LENGTH);
    }

    /** Keeps a verified certificate in place of the one kept longest. */
    void keep(byte[] certificate, short at) {
        short start = oldest();
        Memory memory = card.memory;
        memory.put(cells, start, CheckedRecord.CLEARED);
        nextSequence();
        memory.write(
                cells, (short) (start + SEQUENCE), card.sums, Sums.SEQUENCE, Numbers.WIDTH);
        memory.write(
                cells, (short) (start + GENERATION),
                keys.bytes(), keys.sequenceAt(), Numbers.WIDTH);
        memory.write(cells, (short) (start + CERTIFICATE), certificate, at, Certificate.LENGTH);
        card.p256.digest(certificate, at, Certificate.LENGTH, card.digest, (short) 0);
        memory.write(cells, (short) (start + HASH), card.digest, (short) 0, HASH_LENGTH);
        short guarded = (short) (GUARD - SEQUENCE);
        card.p256.digest(
                cells, (short) (start + SEQUENCE), guarded, card.digest, (short) 0);
        memory.write(
                cells, (short) (start + GUARD),
                card.digest, (short) 0, CheckedRecord.GUARD_LENGTH);
        memory.put(cells, start, CheckedRecord.VALID);
    }

    /** Returns the cell with the lowest sequence; one that is not valid comes first. */
    private short oldest() {
        short oldest = 0;
        for (short cell = 0; cell < CELLS; cell++) {
            short start = (short) (cell * CELL_LENGTH);
            if (!isMarked(start)) {
                return start;
            }
            if (isLess(start, oldest)) {
                oldest = start;
            }
        }
        return oldest;
    }

    private boolean isLess(short start, short other) {
        return Numbers.less(
                cells, (short) (start + SEQUENCE), cells, (short) (other + SEQUENCE));
    }

    /** Writes the number after the highest sequence in use. */
    private void nextSequence() {
        Util.arrayFillNonAtomic(card.sums, Sums.SEQUENCE, Numbers.WIDTH, (byte) 0);
        for (short cell = 0; cell < CELLS; cell++) {
            short start = (short) (cell * CELL_LENGTH);
            short sequence = (short) (start + SEQUENCE);
            if (isMarked(start) && Numbers.less(card.sums, Sums.SEQUENCE, cells, sequence)) {
                Util.arrayCopyNonAtomic(
                        cells, sequence, card.sums, Sums.SEQUENCE, Numbers.WIDTH);
            }
        }
        Numbers.increment(card.sums, Sums.SEQUENCE, Numbers.WIDTH);
    }
}
