package zerobar.card;

import javacard.framework.APDU;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/**
 * What is forgotten at a reset: what this session may do, and where in the memory the state is.
 *
 * It is not cleared when the applet is deselected: a runtime that selects by the beginning of a
 * name deselects before this applet can say that it was not meant. A session that nobody can
 * reach does no harm, and every way back to it is a new SELECT.
 */
final class Session {
    private static final short OPEN = 0;
    private static final short MEDIUM = 1;
    private static final short PIN_VERIFIED = 2;
    private static final short PREPARED = 3;
    private static final short STATED = 4;
    private static final short NONCE_OPEN = 5;
    /** Nonce of the last STATE, 8 bytes. */
    static final short NONCE = 6;
    static final short NONCE_LENGTH = 8;
    /** Own blocklist hits that the last STATE could tell of, 2 bytes. */
    static final short HITS_SEEN = 14;
    private static final short NEWEST = 16;
    private static final short ACTIVE_CELLS = 18;
    private static final short LENGTH = 27;

    final byte[] bytes;

    Session() {
        bytes = JCSystem.makeTransientByteArray(LENGTH, JCSystem.CLEAR_ON_RESET);
    }

    /** Forgets the session before. */
    void begin() {
        Util.arrayFillNonAtomic(bytes, (short) 0, LENGTH, (byte) 0);
        bytes[MEDIUM] = medium();
    }

    /** From here on commands are answered. */
    void open() {
        bytes[OPEN] = 1;
    }

    /** Nothing is selected any more. */
    void close() {
        bytes[OPEN] = 0;
    }

    /** Returns whether this interface's SELECT has opened the session. */
    boolean isOpen() {
        return bytes[OPEN] != 0 && bytes[MEDIUM] == medium();
    }

    private static byte medium() {
        return (byte) (APDU.getProtocol() & APDU.PROTOCOL_MEDIA_MASK);
    }

    /** Returns whether the card is in an antenna's field. */
    boolean contactless() {
        return bytes[MEDIUM] == APDU.PROTOCOL_MEDIA_CONTACTLESS_TYPE_A
                || bytes[MEDIUM] == APDU.PROTOCOL_MEDIA_CONTACTLESS_TYPE_B;
    }

    /** Returns whether the holder is there: contact, or a verified PIN. */
    boolean trusted() {
        return !contactless() || pinVerified();
    }

    boolean pinVerified() {
        return bytes[PIN_VERIFIED] != 0;
    }

    void setPinVerified(boolean verified) {
        bytes[PIN_VERIFIED] = verified ? (byte) 1 : (byte) 0;
    }

    boolean prepared() {
        return bytes[PREPARED] != 0;
    }

    void setPrepared() {
        bytes[PREPARED] = 1;
    }

    boolean stated() {
        return bytes[STATED] != 0;
    }

    /** Returns whether this is the nonce of the last STATE, not yet answered. */
    boolean awaits(byte[] nonce, short at) {
        return bytes[NONCE_OPEN] != 0
                && Numbers.same(nonce, at, bytes, NONCE, NONCE_LENGTH);
    }

    /** Remembers that a STATE with this nonce was answered. */
    void setStated(byte[] nonce, short at, byte[] hits, short hitsAt) {
        Util.arrayCopyNonAtomic(nonce, at, bytes, NONCE, NONCE_LENGTH);
        Util.arrayCopyNonAtomic(hits, hitsAt, bytes, HITS_SEEN, (short) 2);
        bytes[STATED] = 1;
        bytes[NONCE_OPEN] = 1;
    }

    /** Uses the nonce up. */
    void setAnswered() {
        bytes[NONCE_OPEN] = 0;
    }

    /** Returns the index of the newest slot, or -1 while the log is empty. */
    short newest() {
        return Util.getShort(bytes, NEWEST);
    }

    void setNewest(short index) {
        Util.setShort(bytes, NEWEST, index);
    }

    /** Returns which of a record's two cells is in force. */
    byte activeCell(byte record) {
        return bytes[(short) (ACTIVE_CELLS + record)];
    }

    void setActiveCell(byte record, byte cell) {
        bytes[(short) (ACTIVE_CELLS + record)] = cell;
    }
}
