package zerobar.card;

import javacard.framework.Util;

/** Personalisation: from a blank purse to an active one, once and for ever; and renewal. */
final class Factory {
    static final short KEY_LENGTH = 66;
    static final short LIMITS_LENGTH = 33;
    private static final byte SUITE = 1;
    private static final short PUT_KEY = 2;

    private final Purse purse;
    private final Card card;

    Factory(Purse purse) {
        this.purse = purse;
        card = purse.card;
    }

    boolean isSuite() {
        return card.input[0] == SUITE;
    }

    /** Makes the key pair and the internal key; answers X and Y. */
    short generateKey() {
        purse.store.identity.generate();
        return P256.KEY_LENGTH;
    }

    /** Returns whether the data are number, role, and a key that is not zeros. */
    boolean isKey() {
        byte role = card.input[Keys.ROLE];
        return role >= Keys.ROOT && role <= Keys.OPERATOR_PURSE
                && !Numbers.isZero(card.input, PUT_KEY, P256.KEY_LENGTH);
    }

    /** Puts a key of the authority or operator into the table, without a first day. */
    short putKey() {
        byte[] entry = card.answer;
        Util.arrayCopyNonAtomic(card.input, (short) 0, entry, (short) 0, Keys.DAY);
        Util.setShort(entry, Keys.DAY, (short) 0);
        Util.arrayCopyNonAtomic(card.input, PUT_KEY, entry, Keys.KEY, P256.KEY_LENGTH);
        purse.store.keys.put(entry, (short) 0);
        return 0;
    }

    /** Returns whether type and suite of a certificate are known; the rest is a refusal. */
    boolean isCertificate() {
        return card.input[0] == Certificate.HEAD;
    }

    /** Puts the own certificate, or renews it; the one in place again changes nothing. */
    short putCertificate() {
        byte[] input = card.input;
        CheckedRecord own = purse.store.certificate;
        boolean stored = Numbers.same(
                input, (short) 0, own.bytes(), own.at(), Certificate.LENGTH);
        if (purse.active() && stored) {
            return 0;
        }
        Status.refuseIf(!purse.store.identity.exists(), Status.CONDITIONS_NOT_SATISFIED);
        Status.refuseIf(!isForMe(), Status.CERTIFICATE_REFUSED);
        Status.refuseIf(purse.active() && !renews(), Status.CERTIFICATE_REFUSED);
        checkAuthority();
        own.begin();
        own.put((short) 0, input, (short) 0, Certificate.LENGTH);
        own.commit();
        return 0;
    }

    private boolean isForMe() {
        return Certificate.isWellFormed(card.input, (short) 0)
                && purse.isOwnKey(card.input, (short) 0)
                && Purse.isOneOf(card.input, (short) 0, Certificate.PURSES);
    }

    /** Returns whether class and currency are the old ones, and the first day is later. */
    private boolean renews() {
        byte[] input = card.input;
        CheckedRecord own = purse.store.certificate;
        boolean same = Numbers.same(
                input, Certificate.PURSE_CLASS,
                own.bytes(), own.at(Certificate.PURSE_CLASS), (short) 3);
        return same && Numbers.lessUnsigned(
                Util.getShort(own.bytes(), own.at(Certificate.NOT_BEFORE)),
                Util.getShort(input, Certificate.NOT_BEFORE));
    }

    private void checkAuthority() {
        short authority = purse.authorityOf(card.input, (short) 0);
        boolean good = authority != Keys.NONE
                && purse.isCertified(card.input, (short) 0, authority);
        Status.refuseIf(!good, Status.CERTIFICATE_REFUSED);
    }

    /** Returns whether limits are for a class that a purse can have. */
    boolean isLimits() {
        byte purseClass = card.input[0];
        return purseClass >= Certificate.PERSON && purseClass <= Certificate.MERCHANT;
    }

    /** Replaces the limits of one class. */
    short putLimits() {
        CheckedRecord limits = purse.store.limits;
        short row = (short) ((short) (card.input[0] - Certificate.PERSON) * Limits.LENGTH);
        limits.begin();
        limits.put(row, card.input, (short) 1, Limits.LENGTH);
        limits.commit();
        return 0;
    }
}
