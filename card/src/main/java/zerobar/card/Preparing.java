package zerobar.card;

import javacard.framework.Util;

/** PREPARE: makes a request, by a number that was not used before. */
final class Preparing {
    private static final short KIND = 0;
    private static final short AMOUNT = 1;
    private static final short CURRENCY = 5;
    private static final short REFERENCE = 7;
    /** So that a hidden reader cannot push a till's open requests out of its window. */
    private static final short MOST_CONTACTLESS = 32;

    private final Purse purse;
    private final Card card;
    private final Ring ring;
    private final CheckedRecord request;
    private final Accepting accepting;

    Preparing(Purse purse, Accepting accepting) {
        this.purse = purse;
        this.accepting = accepting;
        card = purse.card;
        ring = purse.ring;
        request = purse.store.request;
    }

    /** Returns whether the data are terms of a kind that a purse takes. */
    boolean isWellFormed() {
        return Request.isAcceptable(card.input[KIND]) && Request.isAmount(card.input, AMOUNT);
    }

    /** Takes the next request number, and answers the request, signed if so asked. */
    short prepare(boolean signed) {
        Status.refuseIf(!purse.isOwnCurrency(card.input, CURRENCY), Status.MALFORMED);
        check();
        commitNumber();
        card.session.setPrepared();
        return answer(signed);
    }

    private void check() {
        purse.store.number();
        boolean exhausted = Purse.isExhausted(card.sums, Sums.NUMBER) || purse.entryExhausted();
        Status.refuseIf(exhausted, Status.COUNTER_EXHAUSTED);
        boolean many = !Numbers.lessUnsigned(contactlessRequests(), MOST_CONTACTLESS);
        Status.refuseIf(many && !card.session.trusted(), Status.TOO_MANY_REQUESTS);
        accepting.checkAsked(card.input[KIND], card.input, AMOUNT);
    }

    /** Returns the requests made by antenna without PIN since the last credit. */
    private short contactlessRequests() {
        boolean sinceCredit = Numbers.same(
                request.bytes(), request.at(Store.REQUEST_LAST_CREDIT),
                ring.newest(), ring.newestAt(Slot.LAST_CREDIT), Numbers.WIDTH);
        return sinceCredit ? counted() : (short) 0;
    }

    private short counted() {
        return Util.getShort(request.bytes(), request.at(Store.REQUEST_CONTACTLESS));
    }

    private void commitNumber() {
        byte[] sums = card.sums;
        short count = contactlessRequests();
        if (!card.session.trusted()) {
            count = (short) (count + 1);
        }
        purse.store.number();
        Numbers.increment(sums, Sums.NUMBER, Numbers.WIDTH);
        request.begin();
        request.put(Store.REQUEST_NUMBER, sums, Sums.NUMBER, Numbers.WIDTH);
        putCount(card.session.contactless() ? count : (short) 0);
        request.put(
                Store.REQUEST_LAST_CREDIT,
                ring.newest(), ring.newestAt(Slot.LAST_CREDIT), Numbers.WIDTH);
        request.commit();
    }

    private void putCount(short count) {
        Util.setShort(card.sums, Sums.DIFFERENCE, count);
        request.put(Store.REQUEST_CONTACTLESS, card.sums, Sums.DIFFERENCE, (short) 2);
    }

    /** Counts anew: the card is in its holder's device. */
    void forgetContactless() {
        if (counted() != 0) {
            request.begin();
            putCount((short) 0);
            request.commit();
        }
    }

    private short answer(boolean signed) {
        byte[] answer = card.answer;
        byte[] input = card.input;
        Identity identity = purse.store.identity;
        answer[0] = Request.HEAD;
        answer[Request.KIND] = input[KIND];
        Util.arrayCopyNonAtomic(
                identity.bytes(), identity.idAt(), answer, Request.PAYEE_ID, Identity.ID_LENGTH);
        purse.store.number();
        Util.arrayCopyNonAtomic(
                card.sums, Sums.NUMBER, answer, Request.NUMBER, Numbers.WIDTH);
        Util.arrayCopyNonAtomic(input, AMOUNT, answer, Request.AMOUNT, (short) 6);
        Util.arrayCopyNonAtomic(input, REFERENCE, answer, Request.REFERENCE, (short) 8);
        identity.tag(answer, Request.KIND, Request.PAYEE_ID);
        Util.arrayCopyNonAtomic(
                card.digest, (short) 0, answer, Request.TAG, Request.TAG_LENGTH);
        if (!signed) {
            return Request.LENGTH;
        }
        identity.sign(answer, (short) 0, Request.LENGTH);
        return (short) (Request.LENGTH + P256.SIGNATURE_LENGTH);
    }
}
