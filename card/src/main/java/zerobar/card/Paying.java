package zerobar.card;

import javacard.framework.Util;

/** The payer's side: PAY turns balance into a voucher. */
final class Paying {
    static final short PUSH_LENGTH = 27;
    static final short SIGNED_LENGTH = 233;
    private static final short SIGNATURE_AT = Request.LENGTH;
    private static final short CERTIFICATE_AT = (short) (32 + 64);
    private static final short PUSH_PAYEE = 1;
    private static final short PUSH_AMOUNT = 9;
    private static final short PUSH_TIME = 15;
    /** The order is kept where the voucher for it will be: in the payload of the slot in RAM. */
    private static final short ORDER = Slot.PAYLOAD;
    private static final short KIND = (short) (Slot.PAYLOAD + Voucher.KIND);
    private static final short PAYEE_ID = (short) (Slot.PAYLOAD + Voucher.PAYEE_ID);
    private static final short NUMBER = (short) (Slot.PAYLOAD + Voucher.NUMBER);
    private static final short AMOUNT = (short) (Slot.PAYLOAD + Voucher.AMOUNT);
    private static final short CURRENCY = (short) (Slot.PAYLOAD + Voucher.CURRENCY);
    private static final short TAG = (short) (Slot.PAYLOAD + Voucher.TAG);

    private final Purse purse;
    private final Card card;
    private final Ring ring;

    Paying(Purse purse) {
        this.purse = purse;
        card = purse.card;
        ring = purse.ring;
    }

    // --- form ----------------------------------------------------------------------------

    /** Takes an order in from a request or a push; returns whether it has the form of one. */
    boolean isWellFormed(short length) {
        return length == PUSH_LENGTH ? takePush() : takeRequest();
    }

    private boolean takeRequest() {
        byte[] input = card.input;
        byte kind = input[Request.KIND];
        card.slot[KIND] = kind;
        Util.arrayCopyNonAtomic(
                input, Request.PAYEE_ID, card.slot, PAYEE_ID, Voucher.ORDER_LENGTH);
        boolean payable = kind == Request.PAYMENT || kind == Request.REFUND
                || kind == Request.UNLOAD || kind == Request.AUTHORISE;
        return input[0] == Request.HEAD && payable
                && Request.isAmount(card.slot, AMOUNT)
                && !Numbers.isZero(card.slot, NUMBER, Numbers.WIDTH);
    }

    private boolean takePush() {
        byte[] input = card.input;
        byte[] slot = card.slot;
        slot[KIND] = input[0];
        Util.arrayCopyNonAtomic(input, PUSH_PAYEE, slot, PAYEE_ID, (short) 8);
        Util.arrayFillNonAtomic(slot, NUMBER, Numbers.WIDTH, (byte) 0);
        Util.arrayCopyNonAtomic(input, PUSH_AMOUNT, slot, AMOUNT, (short) 6);
        Util.arrayCopyNonAtomic(input, PUSH_TIME, slot, TAG, (short) 12);
        return slot[KIND] == Request.PUSH && Request.isAmount(slot, AMOUNT);
    }

    private boolean isKind(byte kind) {
        return card.slot[KIND] == kind;
    }

    // --- PAY -----------------------------------------------------------------------------

    /** Signs a voucher for the order, commits and answers it; the same order, the same answer. */
    short pay(short length) {
        byte[] slot = card.slot;
        Status.refuseIf(!purse.isOwnCurrency(slot, CURRENCY), Status.MALFORMED);
        Status.refuseIf(purse.store.identity.isMine(slot, PAYEE_ID), Status.MALFORMED);
        short earlier = findEarlier();
        if (earlier != Ring.NONE) {
            return purse.answerVoucher(earlier);
        }
        boolean signed = length == SIGNED_LENGTH;
        boolean covered = purse.covers(slot, AMOUNT);
        if (isKind(Request.UNLOAD)) {
            checkUnload(signed);
        } else {
            checkPayment(signed, covered);
        }
        debit(covered);
        ring.append();
        card.session.setPinVerified(false);
        return purse.answerVoucher(card.session.newest());
    }

    /** Returns the slot of the same order, or -1; refuses another one under the same number. */
    private short findEarlier() {
        boolean other = false;
        short found = find((short) 0);
        while (found != Ring.NONE) {
            if (isSameOrder(found)) {
                return found;
            }
            other = true;
            found = find((short) (found + 1));
        }
        Status.refuseIf(other && !isKind(Request.PUSH), Status.OTHER_CONTENT);
        return Ring.NONE;
    }

    private short find(short from) {
        return ring.find(Slot.PAY, Slot.PAY, card.slot, PAYEE_ID, from);
    }

    private boolean isSameOrder(short index) {
        return ring.bytes(index)[ring.at(index, KIND)] == card.slot[KIND]
                && Numbers.same(
                        ring.bytes(index), ring.at(index, PAYEE_ID),
                        card.slot, PAYEE_ID, Voucher.ORDER_LENGTH);
    }

    private void checkPayment(boolean signed, boolean covered) {
        byte[] own = purse.store.certificate.bytes();
        Status.refuseIf(purse.blocked(), Status.PURSE_BLOCKED);
        Status.refuseIf(
                purse.isExpired(own, purse.store.certificate.at(), (short) 0),
                Status.CERTIFICATE_EXPIRED);
        Status.refuseIf(purse.entryExhausted(), Status.COUNTER_EXHAUSTED);
        Status.refuseIf(purse.logFull(), Status.LOG_FULL);
        checkSignedRequest(signed);
        checkLimits(covered);
        boolean funded = isKind(Request.AUTHORISE) || !Numbers.less(
                ring.newest(), ring.newestAt(Slot.BALANCE), card.slot, AMOUNT);
        Status.refuseIf(!funded, Status.INSUFFICIENT_BALANCE);
    }

    private void checkLimits(boolean covered) {
        byte[] slot = card.slot;
        Status.refuseIf(
                purse.exceeds(slot, AMOUNT, Limits.PER_PAYMENT), Status.OVER_PAYMENT_LIMIT);
        Status.refuseIf(
                isKind(Request.PUSH) && !card.session.trusted(), Status.PIN_NEEDED);
        Status.refuseIf(
                !covered && purse.exceeds(slot, AMOUNT, Limits.WITHOUT_PIN), Status.PIN_NEEDED);
        Status.refuseIf(
                !covered && purse.totalExceeds(
                        Slot.NO_PIN_TOTAL, SyncRecord.NO_PIN_TOTAL,
                        slot, AMOUNT, Limits.NO_PIN_TOTAL),
                Status.NO_PIN_TOTAL_USED);
        Status.refuseIf(
                purse.countReaches(purse.countSinceSync(), Limits.COUNT_OUT),
                Status.TOO_MANY_PAYMENTS);
        Status.refuseIf(
                purse.totalExceeds(
                        Slot.OUT_TOTAL, SyncRecord.OUT_TOTAL, slot, AMOUNT, Limits.VALUE_OUT),
                Status.TOO_MUCH_VALUE);
    }

    /** An unload needs no limits, expiry or block: value always finds back to its operator. */
    private void checkUnload(boolean signed) {
        Status.refuseIf(purse.entryAtEnd(), Status.COUNTER_EXHAUSTED);
        Status.refuseIf(ring.free() < 1, Status.LOG_FULL);
        Status.refuseIf(
                !purse.store.keys.isOperatorPurse(card.slot, PAYEE_ID),
                Status.CERTIFICATE_REFUSED);
        checkSignedRequest(signed);
        boolean byOperator = signed
                && Purse.isOneOf(card.input, CERTIFICATE_AT, Certificate.OPERATORS);
        Status.refuseIf(!card.session.trusted() && !byOperator, Status.PIN_NEEDED);
        byte[] sums = card.sums;
        Util.arrayCopyNonAtomic(
                ring.newest(), ring.newestAt(Slot.BALANCE), sums, Sums.TOTAL, Numbers.WIDTH);
        Numbers.add(sums, Sums.TOTAL, ring.newest(), ring.newestAt(Slot.HELD));
        Status.refuseIf(
                Numbers.less(sums, Sums.TOTAL, card.slot, AMOUNT), Status.INSUFFICIENT_BALANCE);
    }

    private void checkSignedRequest(boolean signed) {
        boolean authorise = isKind(Request.AUTHORISE);
        Status.refuseIf(authorise && !signed, Status.CERTIFICATE_REFUSED);
        if (!signed) {
            return;
        }
        byte[] input = card.input;
        byte classes = authorise ? Certificate.SERVICES : Certificate.ANY_CLASS;
        purse.checkCertificate(
                input, CERTIFICATE_AT, card.slot, PAYEE_ID, classes, (short) 0, false);
        purse.checkSignedBy(
                input, CERTIFICATE_AT, input, (short) 0, Request.LENGTH, input, SIGNATURE_AT);
    }

    // --- the slot ------------------------------------------------------------------------

    /** Makes the slot that pays the order, its voucher signed. */
    private void debit(boolean covered) {
        byte[] slot = card.slot;
        purse.beginSlot(Slot.PAY);
        makeVoucher();
        Util.setShort(slot, Slot.FLAGS, covered ? Slot.PAID_WITH_PIN : (short) 0);
        if (isKind(Request.UNLOAD)) {
            unload();
        } else {
            spend(covered);
        }
        ring.extendChain(Voucher.BODY_LENGTH);
    }

    private void makeVoucher() {
        byte[] slot = card.slot;
        Identity identity = purse.store.identity;
        slot[ORDER] = Voucher.HEAD;
        Util.arrayCopyNonAtomic(
                identity.bytes(), identity.idAt(),
                slot, (short) (ORDER + Voucher.PAYER_ID), Identity.ID_LENGTH);
        Util.arrayCopyNonAtomic(
                slot, Slot.ENTRY, slot, (short) (ORDER + Voucher.ENTRY), Numbers.WIDTH);
        // The slot still has the chain before this entry.
        Util.arrayCopyNonAtomic(
                slot, Slot.CHAIN, slot, (short) (ORDER + Voucher.CHAIN), (short) 8);
        identity.sign(slot, ORDER, Voucher.BODY_LENGTH);
    }

    private void spend(boolean covered) {
        byte[] slot = card.slot;
        if (!isKind(Request.AUTHORISE)) {
            Numbers.subtract(slot, Slot.BALANCE, slot, AMOUNT);
        }
        Numbers.add(slot, Slot.OUT_TOTAL, slot, AMOUNT);
        Numbers.increment(slot, Slot.OUT_COUNT, (short) 2);
        if (!covered) {
            Numbers.add(slot, Slot.NO_PIN_TOTAL, slot, AMOUNT);
        }
    }

    /** Takes from held first, then from the balance. */
    private void unload() {
        byte[] slot = card.slot;
        if (!Numbers.less(slot, Slot.HELD, slot, AMOUNT)) {
            Numbers.subtract(slot, Slot.HELD, slot, AMOUNT);
            return;
        }
        Numbers.add(slot, Slot.BALANCE, slot, Slot.HELD);
        Numbers.subtract(slot, Slot.BALANCE, slot, AMOUNT);
        Util.arrayFillNonAtomic(slot, Slot.HELD, Numbers.WIDTH, (byte) 0);
    }

    // --- GET VOUCHER, GET CERTIFICATE ----------------------------------------------------

    /** Returns whether GET VOUCHER's data are an entry, or a payee and a request number. */
    boolean isWanted(short length) {
        return length == Numbers.WIDTH || !Numbers.isZero(card.input, (short) 8, Numbers.WIDTH);
    }

    /** Answers a voucher that is still in the log, with the certificate. */
    short getVoucher(short length) {
        byte[] input = card.input;
        short found;
        if (length == Numbers.WIDTH) {
            Status.refuseIf(!card.session.trusted(), Status.PIN_NEEDED);
            found = ring.entry(input, (short) 0);
        } else {
            found = ring.find(Slot.PAY, Slot.PAY, input, (short) 0, (short) 0);
        }
        boolean isPay = found != Ring.NONE
                && ring.bytes(found)[ring.at(found, Slot.KIND)] == Slot.PAY;
        Status.refuseIf(!isPay, Status.ENTRY_NOT_IN_LOG);
        return purse.answerVoucher(found);
    }

    /** Answers the own certificate, not to just anyone passing by. */
    short getCertificate() {
        Status.refuseIf(
                !card.session.trusted() && !card.session.prepared(), Status.PIN_NEEDED);
        return purse.answerCertificate((short) 0);
    }
}
