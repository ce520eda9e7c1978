package zerobar.card;

/** A memory that can be cut after any byte written, and that can wear out. */
public final class CuttableMemory extends Memory {
    /** What becomes of the bytes that the cut concerns. */
    public enum Cut {
        /** All bytes before it are new, all after it old. */
        CLEAN,
        /** What the cut write had not reached reads as erased. */
        ERASING,
        /** The last byte was written weakly: it reads as new, and later perhaps as old. */
        WEAKLY_NEW,
        /** The last byte was written weakly: it reads as old, and later perhaps as new. */
        WEAKLY_OLD
    }

    private static final long NEVER = -1;
    private static final byte ERASED = (byte) 0xFF;

    private long written;
    private long left = NEVER;
    private Cut kind = Cut.CLEAN;
    private boolean cut;
    private int wearingOut;
    private byte[] weakTarget;
    private short weakAt;
    private byte weakOther;

    /** Bytes written so far. */
    public long written() {
        return written;
    }

    /** Cuts the power right after so many more bytes; 0: at the next write. */
    public void cutAfter(long bytes, Cut kind) {
        left = bytes;
        this.kind = kind;
        cut = false;
        weakTarget = null;
    }

    /** Lets the byte that was written weakly read the other way, unless it was written since. */
    public void flicker() {
        if (weakTarget != null) {
            weakTarget[weakAt] = weakOther;
            weakTarget = null;
        }
    }

    /** Never cuts. */
    public void neverCut() {
        left = NEVER;
        cut = false;
    }

    /** Returns whether the power was cut since it was last told when to be. */
    public boolean wasCut() {
        return cut;
    }

    /** Stores a byte wrongly in the next write of at least so many bytes. */
    public void wearOut(int length) {
        wearingOut = length;
    }

    @Override
    void write(byte[] target, short at, byte[] source, short from, short length) {
        for (short i = 0; i < length; i++) {
            short place = (short) (at + i);
            if (left == 0) {
                erase(target, place, (short) (length - i));
                throw cutNow();
            }
            store(target, place, source[(short) (from + i)]);
        }
        wear(target, at, length);
        cutIfDue();
    }

    @Override
    void rewrite(byte[] target, short at, byte[] source, short from, short length) {
        for (short i = 0; i < length; i++) {
            put(target, (short) (at + i), source[(short) (from + i)]);
        }
    }

    @Override
    void put(byte[] target, short at, byte value) {
        cutIfDue();
        store(target, at, value);
        cutIfDue();
    }

    private void store(byte[] target, short at, byte value) {
        if (target == weakTarget && at == weakAt) {
            weakTarget = null;
        }
        if (left == 1) {
            weaken(target, at, value);
        }
        if (left != 1 || kind != Cut.WEAKLY_OLD) {
            target[at] = value;
        }
        written++;
        if (left > 0) {
            left--;
        }
    }

    private void weaken(byte[] target, short at, byte value) {
        if (kind == Cut.WEAKLY_NEW || kind == Cut.WEAKLY_OLD) {
            weakTarget = target;
            weakAt = at;
            weakOther = kind == Cut.WEAKLY_NEW ? target[at] : value;
        }
    }

    private void erase(byte[] target, short at, short length) {
        for (short i = 0; kind == Cut.ERASING && i < length; i++) {
            target[(short) (at + i)] = ERASED;
        }
    }

    private void wear(byte[] target, short at, short length) {
        if (wearingOut > 0 && length >= wearingOut) {
            target[at] ^= 1;
            wearingOut = 0;
        }
    }

    private void cutIfDue() {
        if (left == 0) {
            throw cutNow();
        }
    }

    private PowerCut cutNow() {
        left = NEVER;
        cut = true;
        return new PowerCut();
    }
}
