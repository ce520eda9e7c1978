package zerobar.card;

import javacard.framework.Util;

/** UNDO: takes back a voucher that its payee has voided. */
final class Undoing {
    private static final short CERTIFICATE_AT = Statement.LENGTH;
    private static final short VOUCHER_HASH_LENGTH = 8;

    private final Purse purse;
    private final Card card;
    private final Ring ring;

    Undoing(Purse purse) {
        this.purse = purse;
        card = purse.card;
        ring = purse.ring;
    }

    /** Returns whether the data begin with a void statement; one too old proves no void. */
    boolean isWellFormed() {
        byte flags = card.input[Statement.FLAGS];
        return card.input[0] == Statement.HEAD
                && (flags == Statement.VOIDED || flags == Statement.NEVER_MY_REQUEST)
                && Request.isAmount(card.input, Statement.AMOUNT);
    }

    /** Takes a voucher back; once, a second time changes nothing. */
    short undo() {
        byte[] input = card.input;
        Status.refuseIf(
                !purse.store.identity.isMine(input, Statement.PAYER_ID),
                Status.REQUEST_NOT_MINE);
        short paid = findPaid();
        Status.refuseIf(paid == Ring.NONE, Status.ENTRY_NOT_IN_LOG);
        Status.refuseIf(!describes(paid), Status.OTHER_CONTENT);
        if (isUndone()) {
            return 0;
        }
        check();
        takeBack();
        return 0;
    }

    private short findPaid() {
        byte[] input = card.input;
        CheckedRecord sync = purse.store.sync;
        short found = ring.entry(input, Statement.PAYER_ENTRY);
        boolean above = Numbers.less(
                sync.bytes(), sync.at(SyncRecord.BASE), input, Statement.PAYER_ENTRY);
        return above && found != Ring.NONE && isUndoable(found) ? found : Ring.NONE;
    }

    private boolean isUndoable(short index) {
        byte[] bytes = ring.bytes(index);
        byte kind = bytes[ring.at(index, (short) (Slot.PAYLOAD + Voucher.KIND))];
        return bytes[ring.at(index, Slot.KIND)] == Slot.PAY
                && (kind == Request.PAYMENT || kind == Request.REFUND);
    }

    private boolean describes(short paid) {
        byte[] bytes = ring.bytes(paid);
        byte[] input = card.input;
        short voucher = ring.at(paid, Slot.PAYLOAD);
        card.p256.digest(bytes, voucher, Voucher.BODY_LENGTH, card.digest, (short) 0);
        return Numbers.same(
                        card.digest, (short) 0,
                        input, Statement.VOUCHER_HASH, VOUCHER_HASH_LENGTH)
                && Numbers.same(
                        bytes, (short) (voucher + Voucher.PAYEE_ID),
                        input, Statement.PAYEE_ID, Identity.ID_LENGTH)
                && Numbers.same(
                        bytes, (short) (voucher + Voucher.NUMBER),
                        input, Statement.NUMBER, (short) 8);
    }

    private boolean isUndone() {
        // A statement's payer id and entry stand where a search looks.
        return ring.find(
                Slot.UNDO, Slot.UNDO, card.input, Statement.PAYER_ID, (short) 0) != Ring.NONE;
    }

    private void check() {
        byte[] input = card.input;
        // Not a service's: its operator may have credited at first sight what it swears to void.
        purse.checkCertificate(
                input, CERTIFICATE_AT, input, Statement.PAYEE_ID,
                Certificate.PAYERS, Purse.ANY_DAY, false);
        purse.checkSignedBy(
                input, CERTIFICATE_AT, input, (short) 0, Statement.BODY_LENGTH,
                input, Statement.BODY_LENGTH);
        Status.refuseIf(purse.overflows(input, Statement.AMOUNT), Status.TOO_MUCH_VALUE);
        Status.refuseIf(purse.entryAtEnd(), Status.COUNTER_EXHAUSTED);
        Status.refuseIf(ring.free() < 1, Status.LOG_FULL);
    }

    private void takeBack() {
        byte[] slot = card.slot;
        purse.beginSlot(Slot.UNDO);
        short end = Util.arrayCopyNonAtomic(
                card.input, (short) 0, slot, Slot.PAYLOAD, Statement.LENGTH);
        short padding = (short) (Slot.PAYLOAD_LENGTH - Statement.LENGTH);
        Util.arrayFillNonAtomic(slot, end, padding, (byte) 0);
        purse.credit(card.input, Statement.AMOUNT);
        ring.extendChain(Statement.LENGTH);
        ring.append();
    }
}
