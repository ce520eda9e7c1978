package zerobar.card;

/** The table of keys of authority and operator: `number 1 | role 1 | first day 2 | key 64` each. */
final class Keys {
    static final byte ROOT = 1;
    static final byte CA = 2;
    static final byte SYNC = 3;
    static final byte OPERATOR_PURSE = 4;
    static final short NUMBER = 0;
    static final short ROLE = 1;
    static final short DAY = 2;
    static final short KEY = 4;
    static final short ENTRY_LENGTH = 68;
    static final short NONE = -1;
    private static final short LENGTH = (short) (8 * 68);

    private final Card card;
    private final CheckedRecord record;

    Keys(Card card, byte[] markers, byte index) {
        this.card = card;
        record = new CheckedRecord(card, markers, index, new byte[LENGTH]);
    }

    CheckedRecord record() {
        return record;
    }

    byte[] bytes() {
        return record.bytes();
    }

    /** Returns the place in the table of a number's entry, deleted or not; -1: there is none. */
    short stored(byte number) {
        for (short place = 0; place < LENGTH; place = (short) (place + ENTRY_LENGTH)) {
            if (roleAt(place) != 0 && bytes()[record.at((short) (place + NUMBER))] == number) {
                return place;
            }
        }
        return NONE;
    }

    /** Returns where in `bytes()` the usable key of that number and role stands, or -1. */
    short key(byte number, byte role) {
        short place = stored(number);
        return place != NONE && isUsable(place, role) ? keyAt(place) : NONE;
    }

    byte roleAt(short place) {
        return bytes()[record.at((short) (place + ROLE))];
    }

    private short keyAt(short place) {
        return record.at((short) (place + KEY));
    }

    private boolean isUsable(short place, byte role) {
        return roleAt(place) == role
                && !Numbers.isZero(bytes(), keyAt(place), P256.KEY_LENGTH);
    }

    /** Returns whether an id is that of an operator's purse key. */
    boolean isOperatorPurse(byte[] id, short at) {
        for (short place = 0; place < LENGTH; place = (short) (place + ENTRY_LENGTH)) {
            if (isUsable(place, OPERATOR_PURSE) && isIdOf(place, id, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean isIdOf(short place, byte[] id, short at) {
        card.p256.digest(bytes(), keyAt(place), P256.KEY_LENGTH, card.digest, (short) 0);
        return Numbers.same(card.digest, (short) 0, id, at, Identity.ID_LENGTH);
    }

    /** Puts an entry of 68 bytes in place of its number's, or into a free one. */
    void put(byte[] entry, short at) {
        short place = stored(entry[(short) (at + NUMBER)]);
        if (place == NONE) {
            place = free();
        }
        Status.refuseIf(place == NONE, Status.NO_SPACE);
        record.begin();
        record.put(place, entry, at, ENTRY_LENGTH);
        record.commit();
    }

    private short free() {
        for (short place = 0; place < LENGTH; place = (short) (place + ENTRY_LENGTH)) {
            if (roleAt(place) == 0) {
                return place;
            }
        }
        return NONE;
    }
}
