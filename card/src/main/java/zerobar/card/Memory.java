package zerobar.card;

import javacard.framework.Util;

/**
 * The one class through which the purse writes anything that lasts.
 *
 * What must change at once hangs on a marker, a single byte that is written last. A simulator puts
 * a memory in its place that is cut after any byte.
 */
class Memory {
    /** Copies bytes; a cut may leave anything in the bytes that it concerns. */
    void write(byte[] target, short at, byte[] source, short from, short length) {
        Util.arrayCopyNonAtomic(source, from, target, at, length);
    }

    /**
     * Writes bytes that are in force, mostly as they are: each is at any time the old or the new.
     *
     * Every platform copies so (JCRE, atomicity), while the other way of copying may erase first.
     * It does not matter whether all of them change together.
     */
    void rewrite(byte[] target, short at, byte[] source, short from, short length) {
        Util.arrayCopy(source, from, target, at, length);
    }

    /** Writes a single byte, such as a marker; it is at any time the old or the new one. */
    void put(byte[] target, short at, byte value) {
        target[at] = value;
    }
}
