package zerobar.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** The PIN, and arming the card for one tap. */
final class Holder {
    static final short PIN_LENGTH = 8;
    static final short CHANGE_LENGTH = 16;
    static final short UNBLOCK_LENGTH = 84;
    private static final short FEWEST_DIGITS = 4;
    private static final byte PADDING = (byte) 0xFF;
    private static final byte FIRST_DIGIT = 0x30;
    private static final byte LAST_DIGIT = 0x39;

    private static final byte UNBLOCK_HEAD = (byte) 0xA1;
    private static final short UNBLOCK_KEY = 1;
    private static final short UNBLOCK_ID = 2;
    private static final short UNBLOCK_COUNTER = 10;
    private static final short UNBLOCK_PIN = 12;
    private static final short UNBLOCK_BODY = 20;

    private final Purse purse;
    private final Card card;
    private final CheckedRecord security;

    Holder(Purse purse) {
        this.purse = purse;
        card = purse.card;
        security = purse.store.security;
    }

    /** Returns whether 8 bytes are 4 to 8 digits, padded with FF. */
    boolean isPin(short at) {
        byte[] input = card.input;
        short digits = 0;
        while (digits < PIN_LENGTH && isDigit(input[(short) (at + digits)])) {
            digits++;
        }
        for (short i = digits; i < PIN_LENGTH; i++) {
            if (input[(short) (at + i)] != PADDING) {
                return false;
            }
        }
        return digits >= FEWEST_DIGITS;
    }

    private static boolean isDigit(byte character) {
        return character >= FIRST_DIGIT && character <= LAST_DIGIT;
    }

    /** Returns whether the data are an old PIN and a new one. */
    boolean isChange() {
        return isPin((short) 0) && isPin(PIN_LENGTH);
    }

    /** Returns whether the data have an UNBLOCK's form. */
    boolean isUnblock() {
        return card.input[0] == UNBLOCK_HEAD && isPin(UNBLOCK_PIN);
    }

    /** Returns whether the data are an amount, or 0. */
    boolean isMaximum() {
        return card.input[0] >= 0;
    }

    /** Compares the PIN; the right one serves one new payment in this session. */
    short verify() {
        compare();
        security.begin();
        security.put(Security.TRIES, Security.MAX_TRIES);
        security.commit();
        card.session.setPinVerified(true);
        return 0;
    }

    /** Replaces the PIN. */
    short change() {
        compare();
        setPin(PIN_LENGTH);
        security.commit();
        return 0;
    }

    private void setPin(short at) {
        security.begin();
        security.put(Security.TRIES, Security.MAX_TRIES);
        security.put(Security.PIN, card.input, at, PIN_LENGTH);
    }

    /** Refuses a wrong PIN. The try is taken before: a cut cannot give it back. */
    private void compare() {
        byte tries = security.bytes()[security.at(Security.TRIES)];
        // An antenna never takes the last try, so a hidden reader cannot lock its victim out.
        byte spent = card.session.contactless() ? (byte) 1 : (byte) 0;
        Status.refuseIf(tries <= spent, Status.PIN_BLOCKED);
        card.session.setPinVerified(false);
        byte left = (byte) (tries - 1);
        security.begin();
        security.put(Security.TRIES, left);
        security.commit();
        if (!isRight()) {
            ISOException.throwIt((short) (Status.WRONG_PIN | left));
        }
    }

    /** Looks at every digit, whichever is wrong: time must not tell. */
    private boolean isRight() {
        byte[] stored = security.bytes();
        short at = security.at(Security.PIN);
        short wrong = 0;
        for (short i = 0; i < PIN_LENGTH; i++) {
            wrong = (short) (wrong | (short) (stored[(short) (at + i)] ^ card.input[i]));
        }
        return wrong == 0;
    }

    /** Sets a new PIN on an operator's word, each counter once. */
    short reset() {
        byte[] input = card.input;
        Status.refuseIf(
                !purse.store.identity.isMine(input, UNBLOCK_ID), Status.REQUEST_NOT_MINE);
        purse.checkSignedBy(
                input[UNBLOCK_KEY], Keys.SYNC, input, UNBLOCK_BODY, input, UNBLOCK_BODY);
        boolean later = Numbers.lessUnsigned(
                Util.getShort(security.bytes(), security.at(Security.COUNTER)),
                Util.getShort(input, UNBLOCK_COUNTER));
        Status.refuseIf(!later, Status.REQUEST_NOT_MINE);
        setPin(UNBLOCK_PIN);
        security.put(Security.COUNTER, input, UNBLOCK_COUNTER, (short) 2);
        security.commit();
        return 0;
    }

    /** Allows one contactless payment up to an amount, until any entry is written. */
    short arm() {
        CheckedRecord arm = purse.store.arm;
        Status.refuseIf(card.session.contactless(), Status.CONDITIONS_NOT_SATISFIED);
        Status.refuseIf(!card.session.pinVerified(), Status.PIN_NEEDED);
        arm.begin();
        arm.put(Store.ARM_MAXIMUM, card.input, (short) 0, Numbers.WIDTH);
        arm.put(
                Store.ARM_ENTRY,
                purse.ring.newest(), purse.ring.newestAt(Slot.ENTRY), Numbers.WIDTH);
        arm.commit();
        return 0;
    }

    /** Sets the first PIN and makes the purse active, for ever. */
    short finish() {
        purse.requireCertificate();
        setPin((short) 0);
        security.put(Security.LIFE, Security.ACTIVE);
        security.commit();
        return 0;
    }
}
