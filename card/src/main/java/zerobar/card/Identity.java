package zerobar.card;

import javacard.framework.Util;
import javacard.security.KeyPair;

/** The key pair, and the internal key that makes the tags of requests. */
final class Identity {
    private static final short SUITE = 0;
    static final short PUBLIC_KEY = 1;
    private static final short INTERNAL_KEY = 65;
    private static final short INTERNAL_LENGTH = 32;
    static final short ID = 97;
    static final short ID_LENGTH = 8;
    private static final short LENGTH = 105;

    private final Card card;
    private final CheckedRecord record;
    /** The private key of either cell never leaves its pair, so the pairs alternate with them. */
    private final KeyPair first;
    private final KeyPair second;

    Identity(Card card, byte[] markers, byte index) {
        this.card = card;
        record = new CheckedRecord(card, markers, index, new byte[LENGTH]);
        first = P256.newPair();
        second = P256.newPair();
    }

    CheckedRecord record() {
        return record;
    }

    /** Returns whether there is a key. */
    boolean exists() {
        return record.bytes()[record.at(SUITE)] != 0;
    }

    /** The array of public key and id. */
    byte[] bytes() {
        return record.bytes();
    }

    short publicKeyAt() {
        return record.at(PUBLIC_KEY);
    }

    short idAt() {
        return record.at(ID);
    }

    /** Returns whether an id is the own one. */
    boolean isMine(byte[] id, short at) {
        return Numbers.same(id, at, bytes(), idAt(), ID_LENGTH);
    }

    /** Makes a new key pair and internal key. */
    void generate() {
        byte[] answer = card.answer;
        card.p256.generate(card.session.activeCell(Store.IDENTITY) == 0 ? second : first,
                answer, (short) 0);
        record.begin();
        record.put(SUITE, (byte) 1);
        record.put(PUBLIC_KEY, answer, (short) 0, P256.KEY_LENGTH);
        card.p256.digest(answer, (short) 0, P256.KEY_LENGTH, card.digest, (short) 0);
        record.put(ID, card.digest, (short) 0, ID_LENGTH);
        card.p256.randomize(card.digest, (short) 0, INTERNAL_LENGTH);
        record.put(INTERNAL_KEY, card.digest, (short) 0, INTERNAL_LENGTH);
        Util.arrayFillNonAtomic(card.digest, (short) 0, INTERNAL_LENGTH, (byte) 0);
        record.commit();
    }

    /** Signs so many bytes of an array; the signature follows them. */
    void sign(byte[] message, short at, short length) {
        KeyPair pair = card.session.activeCell(Store.IDENTITY) == 0 ? first : second;
        card.p256.sign(pair, message, at, length, message, (short) (at + length));
    }

    /**
     * Writes the tag of a request to the digest, its first 4 bytes.
     *
     * The terms are payee id, number, amount and currency in one, and after the tag the reference.
     */
    void tag(byte[] message, short kindAt, short termsAt) {
        card.p256.hash.update(record.bytes(), record.at(INTERNAL_KEY), INTERNAL_LENGTH);
        card.p256.hash.update(message, kindAt, (short) 1);
        card.p256.hash.update(message, termsAt, Request.TERMS_LENGTH);
        short reference = (short) (termsAt + (short) (Request.REFERENCE - Request.PAYEE_ID));
        card.p256.digest(message, reference, (short) 8, card.digest, (short) 0);
    }
}
