package zerobar.card;

import javacard.framework.Util;

/** The purse as its commands see it: what it is, what is allowed, what counts. */
final class Purse {
    static final short RESERVED_SLOTS = 2;
    static final short WINDOW_SIZE = 64;
    static final short GRACE_DAYS = 30;
    /** Expiry does not matter. */
    static final short ANY_DAY = -1;
    /** A request number that was not prepared yet, or 0. */
    static final short AHEAD = -1;
    private static final byte BLOCKED = 0x01;
    private static final byte PIN_BLOCKED = 0x02;
    private static final byte FACTORY = (byte) 0x80;

    final Card card;
    final Store store;
    final Session session;
    final Ring ring;

    Purse(Card card, short slots) {
        this.card = card;
        session = card.session;
        store = new Store(card, slots);
        ring = store.ring;
    }

    // --- identity ------------------------------------------------------------------------

    /** Returns whether personalisation is finished, for ever. */
    boolean active() {
        return store.security.bytes()[store.security.at(Security.LIFE)] == Security.ACTIVE;
    }

    /** Refuses while there is no certificate for the present key. */
    void requireCertificate() {
        byte[] own = store.certificate.bytes();
        boolean none = Numbers.isZero(own, store.certificate.at(), Certificate.LENGTH);
        Status.refuseIf(
                none || !store.identity.exists() || !isOwnKey(own, store.certificate.at()),
                Status.CONDITIONS_NOT_SATISFIED);
    }

    /** Returns whether a certificate is for the purse's key. */
    boolean isOwnKey(byte[] certificate, short at) {
        return Numbers.same(
                certificate, (short) (at + Certificate.PUBLIC_KEY),
                store.identity.bytes(), store.identity.publicKeyAt(), P256.KEY_LENGTH);
    }

    /** Returns whether two bytes are the currency of the own certificate. */
    boolean isOwnCurrency(byte[] currency, short at) {
        return Numbers.same(
                currency, at, store.certificate.bytes(),
                store.certificate.at(Certificate.CURRENCY), (short) 2);
    }

    private byte ownClass() {
        return store.certificate.bytes()[store.certificate.at(Certificate.PURSE_CLASS)];
    }

    // --- limits, time, blocks ------------------------------------------------------------

    /** Writes a limit in force to `Sums.LIMIT`. */
    void limit(short which) {
        short override = Limits.override(which);
        if (override >= 0 && !keeps(store.sync.bytes(), store.sync.at(override))) {
            copyLimit(store.sync.bytes(), store.sync.at(override));
            return;
        }
        short row = (short) ((short) (ownClass() - Certificate.PERSON) * Limits.LENGTH);
        copyLimit(store.limits.bytes(), store.limits.at((short) (row + which)));
    }

    private void copyLimit(byte[] bytes, short at) {
        Util.arrayCopyNonAtomic(bytes, at, card.sums, Sums.LIMIT, Numbers.WIDTH);
    }

    /** Returns whether an override leaves its limit as it is. */
    static boolean keeps(byte[] override, short at) {
        return Util.getShort(override, at) == -1 && Util.getShort(override, (short) (at + 2)) == -1;
    }

    /** Returns whether four bytes are more than a limit. */
    boolean exceeds(byte[] value, short at, short which) {
        limit(which);
        return Numbers.less(card.sums, Sums.LIMIT, value, at);
    }

    /** Writes what a total of the log has grown by since the last sync to `Sums.TOTAL`. */
    void sinceSync(short slotField, short syncField) {
        Util.arrayCopyNonAtomic(
                ring.newest(), ring.newestAt(slotField), card.sums, Sums.TOTAL, Numbers.WIDTH);
        Numbers.subtract(card.sums, Sums.TOTAL, store.sync.bytes(), store.sync.at(syncField));
    }

    /** Returns whether a total since the last sync and an amount together are over a limit. */
    boolean totalExceeds(
            short slotField, short syncField, byte[] amount, short at, short which) {
        sinceSync(slotField, syncField);
        boolean carried = Numbers.add(card.sums, Sums.TOTAL, amount, at);
        return carried || exceeds(card.sums, Sums.TOTAL, which);
    }

    /** Returns the number of payments made since the last sync, without sign. */
    short countSinceSync() {
        short now = Util.getShort(ring.newest(), ring.newestAt(Slot.OUT_COUNT));
        return (short) (now - Util.getShort(
                store.sync.bytes(), store.sync.at(SyncRecord.OUT_COUNT)));
    }

    /** Returns whether a count has reached a limit; one beyond two bytes is none. */
    boolean countReaches(short count, short which) {
        limit(which);
        return Util.getShort(card.sums, Sums.LIMIT) == 0 && !Numbers.lessUnsigned(
                count, Util.getShort(card.sums, (short) (Sums.LIMIT + 2)));
    }

    /** Returns whether so many payments were accepted that a newer blocklist must come first. */
    boolean blocklistTooOld() {
        short now = Util.getShort(ring.newest(), ring.newestAt(Slot.ACCEPTED));
        CheckedRecord head = store.blocklist.record();
        short then = Util.getShort(head.bytes(), head.at(Blocklist.ACCEPTED));
        boolean reached = countReaches((short) (now - then), Limits.BLOCKLIST_AGE);
        return reached && !Numbers.isZero(card.sums, Sums.LIMIT, Numbers.WIDTH);
    }

    /** Returns the earliest day that it can be, without sign: only operators' dates move it. */
    short floorDay() {
        short first = Util.getShort(
                store.certificate.bytes(), store.certificate.at(Certificate.NOT_BEFORE));
        short synced = Numbers.day(store.sync.bytes(), store.sync.at(SyncRecord.TIME));
        return Numbers.lessUnsigned(synced, first) ? first : synced;
    }

    /** Returns whether a time is before the earliest that it can be. */
    boolean isBeforeFloor(byte[] time, short at) {
        short first = Util.getShort(
                store.certificate.bytes(), store.certificate.at(Certificate.NOT_BEFORE));
        return Numbers.less(time, at, store.sync.bytes(), store.sync.at(SyncRecord.TIME))
                || Numbers.lessUnsigned(Numbers.day(time, at), first);
    }

    /** Returns whether a certificate's last day, and so many days of grace, are over. */
    boolean isExpired(byte[] certificate, short at, short graceDays) {
        short last = Util.getShort(certificate, (short) (at + Certificate.NOT_AFTER));
        short floor = floorDay();
        return !Numbers.lessUnsigned(floor, graceDays)
                && Numbers.lessUnsigned(last, (short) (floor - graceDays));
    }

    /** Returns whether the last sync, or a blocklist with the own id since, blocks the purse. */
    boolean blocked() {
        CheckedRecord head = store.blocklist.record();
        boolean hit = !Numbers.same(
                head.bytes(), head.at(Blocklist.OWN_HITS),
                store.sync.bytes(), store.sync.at(SyncRecord.OWN_HITS), (short) 2);
        return hit || store.sync.bytes()[store.sync.at(SyncRecord.FLAGS)] != 0;
    }

    /** Returns the flags of STATE and of SELECT's status. */
    byte flags() {
        byte flags = blocked() ? BLOCKED : 0;
        if (!active()) {
            return (byte) (flags | FACTORY);
        }
        boolean noTry = store.security.bytes()[store.security.at(Security.TRIES)] == 0;
        return noTry ? (byte) (flags | PIN_BLOCKED) : flags;
    }

    /** Returns whether the holder has agreed to an amount by PIN, or by arming the card for it. */
    boolean covers(byte[] amount, short at) {
        if (session.pinVerified()) {
            return true;
        }
        byte[] arm = store.arm.bytes();
        return session.contactless()
                && Numbers.same(
                        arm, store.arm.at(Store.ARM_ENTRY),
                        ring.newest(), ring.newestAt(Slot.ENTRY), Numbers.WIDTH)
                && !Numbers.less(arm, store.arm.at(Store.ARM_MAXIMUM), amount, at);
    }

    // --- the log -------------------------------------------------------------------------

    /** Returns whether a counter is so near its end that it serves only UNLOAD and UNDO. */
    static boolean isExhausted(byte[] counter, short at) {
        // FFFFFEFF is 256 below the end.
        return Util.getShort(counter, at) == -1
                && !Numbers.lessUnsigned(
                        Util.getShort(counter, (short) (at + 2)), (short) 0xFEFF);
    }

    boolean entryExhausted() {
        return isExhausted(ring.newest(), ring.newestAt(Slot.ENTRY));
    }

    /** Returns whether the entry counter is at its very end. */
    boolean entryAtEnd() {
        return keeps(ring.newest(), ring.newestAt(Slot.ENTRY));
    }

    /** Returns whether only the slots kept for UNLOAD and UNDO are left. */
    boolean logFull() {
        return ring.free() <= RESERVED_SLOTS;
    }

    /**
     * Returns how far a request number is behind the last one: 0 to 63 inside the window, 64 for
     * all that are older, and AHEAD for 0 and for what was not prepared.
     */
    short behind(byte[] number, short at) {
        store.number();
        if (Numbers.isZero(number, at, Numbers.WIDTH)
                || Numbers.less(card.sums, Sums.NUMBER, number, at)) {
            return AHEAD;
        }
        return difference(card.sums, Sums.NUMBER, number, at);
    }

    /** Returns the difference of two numbers, at most 64. */
    private short difference(byte[] high, short highAt, byte[] low, short lowAt) {
        Util.arrayCopyNonAtomic(high, highAt, card.sums, Sums.DIFFERENCE, Numbers.WIDTH);
        Numbers.subtract(card.sums, Sums.DIFFERENCE, low, lowAt);
        short less = Util.getShort(card.sums, (short) (Sums.DIFFERENCE + 2));
        boolean far = Util.getShort(card.sums, Sums.DIFFERENCE) != 0 || less < 0;
        return far || less > WINDOW_SIZE ? WINDOW_SIZE : less;
    }

    /** Writes the last request number and the window for it to `Sums.NUMBER` and `Sums.WINDOW`. */
    void window() {
        store.number();
        byte[] newest = ring.newest();
        short slid = difference(
                card.sums, Sums.NUMBER, newest, ring.newestAt(Slot.NUMBER));
        Util.arrayCopyNonAtomic(
                newest, ring.newestAt(Slot.WINDOW), card.sums, Sums.WINDOW, (short) 8);
        if (slid == WINDOW_SIZE) {
            Util.arrayFillNonAtomic(card.sums, Sums.WINDOW, (short) 8, (byte) 0);
        } else {
            Numbers.shiftLeft(card.sums, Sums.WINDOW, slid);
        }
    }

    /** Returns whether the window's bit for the request so far behind is set. */
    boolean isSettled(short behind) {
        window();
        short place = (short) ((short) (Sums.WINDOW + 7) - (short) (behind >> 3));
        return (card.sums[place] & (byte) (1 << (byte) (behind & 7))) != 0;
    }

    /** Fills the slot in RAM for the next entry, but for the payload. */
    void beginSlot(byte kind) {
        ring.beginSlot(kind);
        window();
        Util.arrayCopyNonAtomic(
                card.sums, Sums.NUMBER, card.slot, Slot.NUMBER, Numbers.WIDTH);
        Util.arrayCopyNonAtomic(card.sums, Sums.WINDOW, card.slot, Slot.WINDOW, (short) 8);
    }

    /** Sets the window's bit in the slot in RAM. */
    void setSettled(short behind) {
        short place = (short) ((short) (Slot.WINDOW + 7) - (short) (behind >> 3));
        card.slot[place] = (byte) (card.slot[place] | (byte) (1 << (byte) (behind & 7)));
    }

    /** Returns whether balance, held and an amount together are more than a purse can hold. */
    boolean overflows(byte[] amount, short at) {
        Util.arrayCopyNonAtomic(
                ring.newest(), ring.newestAt(Slot.BALANCE), card.sums, Sums.TOTAL, Numbers.WIDTH);
        Numbers.add(card.sums, Sums.TOTAL, ring.newest(), ring.newestAt(Slot.HELD));
        Numbers.add(card.sums, Sums.TOTAL, amount, at);
        return card.sums[Sums.TOTAL] < 0;
    }

    /**
     * Adds an amount to balance and held of the slot in RAM; returns whether some of it is held.
     *
     * What the holding limit does not let into the balance is held, never refused.
     */
    boolean credit(byte[] amount, short at) {
        byte[] slot = card.slot;
        byte[] sums = card.sums;
        limit(Limits.HOLDING);
        boolean noRoom = Numbers.less(sums, Sums.LIMIT, slot, Slot.BALANCE);
        // What fits: the limit less the balance, or nothing.
        Numbers.subtract(sums, Sums.LIMIT, slot, Slot.BALANCE);
        if (noRoom) {
            Util.arrayFillNonAtomic(sums, Sums.LIMIT, Numbers.WIDTH, (byte) 0);
        }
        if (!Numbers.less(sums, Sums.LIMIT, amount, at)) {
            Numbers.add(slot, Slot.BALANCE, amount, at);
            return false;
        }
        Numbers.add(slot, Slot.BALANCE, sums, Sums.LIMIT);
        Numbers.add(slot, Slot.HELD, amount, at);
        Numbers.subtract(slot, Slot.HELD, sums, Sums.LIMIT);
        return true;
    }

    // --- answers and certificates --------------------------------------------------------

    /** Answers a slot's voucher with the own certificate. */
    short answerVoucher(short index) {
        Util.arrayCopyNonAtomic(
                ring.bytes(index), ring.at(index, Slot.PAYLOAD),
                card.answer, (short) 0, Voucher.LENGTH);
        return answerCertificate(Voucher.LENGTH);
    }

    /** Writes the own certificate into the answer; returns where it ends. */
    short answerCertificate(short at) {
        return Util.arrayCopyNonAtomic(
                store.certificate.bytes(), store.certificate.at(),
                card.answer, at, Certificate.LENGTH);
    }

    /**
     * Refuses (9E0D) a certificate that does not make the owner a purse of these classes.
     *
     * Grace days count after its last day, or are ANY_DAY. A verified one was checked before.
     */
    void checkCertificate(
            byte[] certificate, short at, byte[] ownerId, short ownerAt,
            byte classes, short graceDays, boolean verified) {
        boolean good = Certificate.isWellFormed(certificate, at);
        short authority = good ? authorityOf(certificate, at) : Keys.NONE;
        good = authority != Keys.NONE
                && isOwnCurrency(certificate, (short) (at + Certificate.CURRENCY))
                && isIdOf(certificate, at, ownerId, ownerAt)
                && isOneOf(certificate, at, classes)
                && (graceDays == ANY_DAY || !isExpired(certificate, at, graceDays))
                && (verified || isCertified(certificate, at, authority));
        Status.refuseIf(!good, Status.CERTIFICATE_REFUSED);
    }

    /** Returns where in the key table the CA key stands that signs a certificate, or -1. */
    short authorityOf(byte[] certificate, short at) {
        return store.keys.key(certificate[(short) (at + Certificate.KEY_NUMBER)], Keys.CA);
    }

    private boolean isIdOf(byte[] certificate, short at, byte[] id, short idAt) {
        card.p256.digest(
                certificate, (short) (at + Certificate.PUBLIC_KEY), P256.KEY_LENGTH,
                card.digest, (short) 0);
        return Numbers.same(card.digest, (short) 0, id, idAt, Identity.ID_LENGTH);
    }

    /** Returns whether a certificate's class is one of these. */
    static boolean isOneOf(byte[] certificate, short at, byte classes) {
        byte bit = Certificate.bit(certificate[(short) (at + Certificate.PURSE_CLASS)]);
        return (bit & classes) != 0;
    }

    /** Returns whether the CA key has signed a certificate. */
    boolean isCertified(byte[] certificate, short at, short authority) {
        return card.p256.verifies(
                store.keys.bytes(), authority, certificate, at, Certificate.BODY_LENGTH,
                certificate, (short) (at + Certificate.BODY_LENGTH));
    }

    /** Refuses (9E0E) data that the key of a certificate did not sign. */
    void checkSignedBy(
            byte[] certificate, short at, byte[] data, short dataAt, short length,
            byte[] signed, short signedAt) {
        boolean good = card.p256.verifies(
                certificate, (short) (at + Certificate.PUBLIC_KEY),
                data, dataAt, length, signed, signedAt);
        Status.refuseIf(!good, Status.SIGNATURE_REFUSED);
    }

    /** Refuses (9E0E) data that the key of that number and role did not sign. */
    void checkSignedBy(
            byte keyNumber, byte role, byte[] data, short length,
            byte[] signed, short signedAt) {
        short key = store.keys.key(keyNumber, role);
        boolean good = key != Keys.NONE && card.p256.verifies(
                store.keys.bytes(), key, data, (short) 0, length, signed, signedAt);
        Status.refuseIf(!good, Status.SIGNATURE_REFUSED);
    }
}
