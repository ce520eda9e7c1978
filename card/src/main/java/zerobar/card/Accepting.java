package zerobar.card;

import javacard.framework.Util;

/** The payee's side: ACCEPT turns a voucher into balance, VOID never will. */
final class Accepting {
    static final short SHORT_LENGTH = 124;
    static final short LONG_LENGTH = 253;
    private static final short PROOF_AT = Voucher.LENGTH;
    private static final byte RECEIPT_HEAD = 0x51;
    private static final short RECEIPT_LENGTH = 32;

    private final Purse purse;
    private final Card card;
    private final Ring ring;

    Accepting(Purse purse) {
        this.purse = purse;
        card = purse.card;
        ring = purse.ring;
    }

    // --- form ----------------------------------------------------------------------------

    /** Returns whether the data begin with a voucher that some purse takes. */
    boolean isVoucher() {
        return Voucher.isWellFormed(card.input, (short) 0)
                && Request.isAcceptable(card.input[Voucher.KIND]);
    }

    /** Returns whether the data begin with a voucher to credit; its number is at least 1. */
    boolean isCreditable() {
        return isVoucher() && !Numbers.isZero(card.input, Voucher.NUMBER, Numbers.WIDTH);
    }

    // --- ACCEPT --------------------------------------------------------------------------

    /** Credits a voucher for an own request, and answers a receipt; again, the same one. */
    short accept(short length) {
        byte[] input = card.input;
        Status.refuseIf(!purse.isOwnCurrency(input, Voucher.CURRENCY), Status.MALFORMED);
        Status.refuseIf(!isForMe() || !isMyTag(), Status.REQUEST_NOT_MINE);
        short behind = purse.behind(input, Voucher.NUMBER);
        short credited = findSettled(behind, Slot.CREDIT);
        if (credited == Ring.NONE) {
            credited = credit(length, behind);
        }
        return receipt(credited);
    }

    private boolean isForMe() {
        return purse.store.identity.isMine(card.input, Voucher.PAYEE_ID);
    }

    /** Returns whether the voucher is for a request of this purse, with that very amount. */
    private boolean isMyTag() {
        purse.store.identity.tag(card.input, Voucher.KIND, Voucher.PAYEE_ID);
        return Numbers.same(
                card.digest, (short) 0, card.input, Voucher.TAG, Request.TAG_LENGTH);
    }

    /**
     * Returns the slot of this kind in which this very voucher ended, or -1: its request is open.
     *
     * Refuses when the request ended otherwise, or is out of the window.
     */
    private short findSettled(short behind, byte kind) {
        boolean inside = behind >= 0 && behind < Purse.WINDOW_SIZE;
        Status.refuseIf(!inside, Status.REQUEST_NOT_MINE);
        if (!purse.isSettled(behind)) {
            return Ring.NONE;
        }
        short ended = ring.find(
                Slot.CREDIT, Slot.VOID, card.input, Voucher.PAYEE_ID, (short) 0);
        Status.refuseIf(ended == Ring.NONE, Status.REQUEST_NOT_MINE);
        boolean same = ring.bytes(ended)[ring.at(ended, Slot.KIND)] == kind
                && Numbers.same(
                        ring.bytes(ended), ring.at(ended, Slot.PAYLOAD),
                        card.input, (short) 0, Voucher.BODY_LENGTH);
        Status.refuseIf(!same, Status.ALREADY_SETTLED);
        return ended;
    }

    private short credit(short length, short behind) {
        short cached = findCached(length);
        boolean known = cached != Cache.NONE;
        if (known) {
            checkPayer(purse.store.cache.bytes(), cached, true);
        } else {
            checkPayer(card.input, PROOF_AT, false);
        }
        byte[] input = card.input;
        checkRoom(input[Voucher.KIND], input, Voucher.AMOUNT);
        Status.refuseIf(purse.entryExhausted(), Status.COUNTER_EXHAUSTED);
        Status.refuseIf(purse.logFull(), Status.LOG_FULL);
        makeCredit(behind);
        ring.append();
        if (!known) {
            purse.store.cache.keep(input, PROOF_AT);
        }
        return card.session.newest();
    }

    /** Returns where the payer's certificate is cached; -1 if it came whole and is not. */
    private short findCached(short length) {
        if (length == LONG_LENGTH) {
            return purse.store.cache.findWhole(card.input, PROOF_AT);
        }
        short cached = purse.store.cache.find(card.input, PROOF_AT);
        Status.refuseIf(cached == Cache.NONE, Status.CERTIFICATE_REFUSED);
        return cached;
    }

    private void checkPayer(byte[] certificate, short at, boolean verified) {
        byte[] input = card.input;
        purse.checkCertificate(
                certificate, at, input, Voucher.PAYER_ID, payerClasses(),
                Purse.GRACE_DAYS, verified);
        Status.refuseIf(isListed(certificate, at), Status.PAYER_BLOCKLISTED);
        Status.refuseIf(purse.blocklistTooOld(), Status.BLOCKLIST_TOO_OLD);
        purse.checkSignedBy(
                certificate, at, input, (short) 0, Voucher.BODY_LENGTH,
                input, Voucher.BODY_LENGTH);
    }

    private byte payerClasses() {
        if (card.input[Voucher.KIND] != Request.LOAD) {
            return Certificate.PAYERS;
        }
        boolean loads = purse.store.keys.isOperatorPurse(card.input, Voucher.PAYER_ID);
        return loads ? Certificate.OPERATORS : Certificate.NO_CLASS;
    }

    private boolean isListed(byte[] certificate, short at) {
        byte[] sums = card.sums;
        Util.arrayFillNonAtomic(sums, Sums.CLASS_ID, (short) 7, (byte) 0xFF);
        sums[(short) (Sums.CLASS_ID + 7)] = certificate[(short) (at + Certificate.PURSE_CLASS)];
        Blocklist list = purse.store.blocklist;
        return list.contains(card.input, Voucher.PAYER_ID) || list.contains(sums, Sums.CLASS_ID);
    }

    /** Refuses an amount that is too much since the last sync, or more than a purse can hold. */
    private void checkRoom(byte kind, byte[] amount, short at) {
        Status.refuseIf(
                kind != Request.LOAD && purse.totalExceeds(
                        Slot.IN_TOTAL, SyncRecord.IN_TOTAL, amount, at, Limits.VALUE_IN),
                Status.TOO_MUCH_VALUE);
        Status.refuseIf(purse.overflows(amount, at), Status.TOO_MUCH_VALUE);
    }

    private void makeCredit(short behind) {
        byte[] slot = card.slot;
        byte[] input = card.input;
        beginSettling(Slot.CREDIT, behind);
        boolean partly = purse.credit(input, Voucher.AMOUNT);
        if (input[Voucher.KIND] != Request.LOAD) {
            Numbers.add(slot, Slot.IN_TOTAL, input, Voucher.AMOUNT);
            Numbers.increment(slot, Slot.ACCEPTED, (short) 2);
        }
        Util.setShort(slot, Slot.FLAGS, partly ? Slot.CREDITED_PARTLY_TO_HELD : (short) 0);
        Util.arrayCopyNonAtomic(slot, Slot.ENTRY, slot, Slot.LAST_CREDIT, Numbers.WIDTH);
    }

    private void beginSettling(byte kind, short behind) {
        purse.beginSlot(kind);
        purse.setSettled(behind);
        Util.arrayCopyNonAtomic(
                card.input, (short) 0, card.slot, Slot.PAYLOAD, Voucher.LENGTH);
        ring.extendChain(Voucher.BODY_LENGTH);
    }

    private short receipt(short index) {
        byte[] answer = card.answer;
        byte[] bytes = ring.bytes(index);
        short voucher = ring.at(index, Slot.PAYLOAD);
        short flags = Util.getShort(bytes, ring.at(index, Slot.FLAGS));
        answer[0] = RECEIPT_HEAD;
        answer[1] = (flags & Slot.CREDITED_PARTLY_TO_HELD) != 0 ? (byte) 1 : (byte) 0;
        // Payer id, entry, payee id, number and amount stand as in the voucher.
        short end = Util.arrayCopyNonAtomic(
                bytes, (short) (voucher + Voucher.PAYER_ID), answer, (short) 2, (short) 28);
        Util.setShort(answer, end, (short) 0);
        return RECEIPT_LENGTH;
    }

    // --- VOID ----------------------------------------------------------------------------

    /** Promises never to credit a voucher; the promise is kept by the window bit. */
    short voidVoucher() {
        byte[] input = card.input;
        Status.refuseIf(!card.session.trusted(), Status.PIN_NEEDED);
        Status.refuseIf(!isForMe(), Status.REQUEST_NOT_MINE);
        if (!isMyTag()) {
            return statement(Statement.NEVER_MY_REQUEST, Ring.NONE);
        }
        short behind = purse.behind(input, Voucher.NUMBER);
        if (behind == Purse.WINDOW_SIZE) {
            return statement(Statement.TOO_OLD, Ring.NONE);
        }
        short voided = findSettled(behind, Slot.VOID);
        if (voided == Ring.NONE) {
            checkVoid();
            beginSettling(Slot.VOID, behind);
            ring.append();
            voided = card.session.newest();
        }
        return statement(Statement.VOIDED, voided);
    }

    private void checkVoid() {
        byte[] input = card.input;
        purse.checkCertificate(
                input, PROOF_AT, input, Voucher.PAYER_ID, payerClasses(), Purse.ANY_DAY, false);
        purse.checkSignedBy(
                input, PROOF_AT, input, (short) 0, Voucher.BODY_LENGTH,
                input, Voucher.BODY_LENGTH);
        Status.refuseIf(purse.entryExhausted(), Status.COUNTER_EXHAUSTED);
        Status.refuseIf(purse.logFull(), Status.LOG_FULL);
    }

    /** Answers a signed statement on the voucher, which names the entry of a slot, if any. */
    private short statement(byte flags, short index) {
        byte[] answer = card.answer;
        byte[] input = card.input;
        answer[0] = Statement.HEAD;
        answer[Statement.FLAGS] = flags;
        Util.arrayCopyNonAtomic(
                input, Voucher.PAYEE_ID, answer, Statement.PAYEE_ID, Identity.ID_LENGTH);
        // No slot is one of zeros, and so is its entry.
        Util.arrayCopyNonAtomic(
                ring.bytes(index), ring.at(index, Slot.ENTRY),
                answer, Statement.PAYEE_ENTRY, Numbers.WIDTH);
        Util.arrayCopyNonAtomic(
                input, Voucher.PAYER_ID, answer, Statement.PAYER_ID, Ring.KEY_LENGTH);
        Util.arrayCopyNonAtomic(
                input, Voucher.NUMBER, answer, Statement.NUMBER, (short) 8);
        card.p256.digest(input, (short) 0, Voucher.BODY_LENGTH, card.digest, (short) 0);
        Util.arrayCopyNonAtomic(
                card.digest, (short) 0, answer, Statement.VOUCHER_HASH, (short) 8);
        purse.store.identity.sign(answer, (short) 0, Statement.BODY_LENGTH);
        return Statement.LENGTH;
    }

    /** Refuses what ACCEPT would refuse later; for PREPARE, before anybody has paid. */
    void checkAsked(byte kind, byte[] amount, short at) {
        Status.refuseIf(purse.logFull(), Status.LOG_FULL);
        Status.refuseIf(purse.blocklistTooOld(), Status.BLOCKLIST_TOO_OLD);
        checkRoom(kind, amount, at);
    }
}
