package zerobar.card;

import javacard.framework.Util;

/** The answer to SELECT, in BER-TLV; to an antenna nothing that could track a person. */
final class Greeting {
    private static final byte VERSION = 1;
    private static final byte FILE_CONTROL = 0x6F;
    private static final byte NAME = (byte) 0x84;
    private static final byte PROPRIETARY = (byte) 0xA5;
    private static final byte TAG_VERSION = (byte) 0xC0;
    private static final byte TAG_STATUS = (byte) 0xC1;
    private static final byte TAG_CERTIFICATE = (byte) 0xC2;
    private static final byte LONG_LENGTH = (byte) 0x81;
    private static final short STATUS_LENGTH = 12;
    private static final short MOST_SHOWN = 255;
    /** Version and status, with their tags and lengths. */
    private static final short ALWAYS_LENGTH = (short) (3 + 2 + 12);
    private static final short CERTIFICATE_LENGTH = (short) (3 + 137);

    private final Purse purse;
    private final Card card;
    private final byte[] aid;

    Greeting(Purse purse, byte[] aid) {
        this.purse = purse;
        this.aid = aid;
        card = purse.card;
    }

    /** Answers who is there, and what a terminal wants to know at once. */
    short answer() {
        boolean shown = purse.active() && !card.session.contactless();
        short inner = ALWAYS_LENGTH;
        if (shown) {
            inner = (short) (inner + CERTIFICATE_LENGTH);
        }
        short before = (short) ((short) (2 + (short) aid.length) + lengthOf(inner));
        short at = header(FILE_CONTROL, (short) (before + (short) (1 + inner)), (short) 0);
        at = header(NAME, (short) aid.length, at);
        at = Util.arrayCopyNonAtomic(aid, (short) 0, card.answer, at, (short) aid.length);
        at = header(PROPRIETARY, inner, at);
        at = header(TAG_VERSION, (short) 1, at);
        card.answer[at] = VERSION;
        at = status(header(TAG_STATUS, STATUS_LENGTH, (short) (at + 1)), shown);
        if (shown) {
            at = header(TAG_CERTIFICATE, Certificate.LENGTH, at);
            at = purse.answerCertificate(at);
        }
        return at;
    }

    private static short lengthOf(short length) {
        return length < 0x80 ? (short) 1 : (short) 2;
    }

    private short header(byte tag, short length, short at) {
        card.answer[at] = tag;
        short next = (short) (at + 1);
        if (lengthOf(length) == 2) {
            card.answer[next] = LONG_LENGTH;
            next = (short) (next + 1);
        }
        card.answer[next] = (byte) length;
        return (short) (next + 1);
    }

    private short status(short at, boolean shown) {
        byte[] answer = card.answer;
        CheckedRecord certificate = purse.store.certificate;
        CheckedRecord blocklist = purse.store.blocklist.record();
        Util.arrayFillNonAtomic(answer, at, STATUS_LENGTH, (byte) 0);
        answer[at] = purse.flags();
        if (purse.active()) {
            answer[(short) (at + 1)] =
                    certificate.bytes()[certificate.at(Certificate.PURSE_CLASS)];
        }
        if (shown) {
            purse.store.number();
            Util.arrayCopyNonAtomic(
                    card.sums, Sums.NUMBER, answer, (short) (at + 2), Numbers.WIDTH);
            Util.arrayCopyNonAtomic(
                    blocklist.bytes(), blocklist.at(Blocklist.EPOCH),
                    answer, (short) (at + 6), Numbers.WIDTH);
        }
        short free = purse.ring.free();
        answer[(short) (at + 10)] = (byte) (free < MOST_SHOWN ? free : MOST_SHOWN);
        return (short) (at + STATUS_LENGTH);
    }
}
