package zerobar.card;

/** The power went away; everything in RAM is gone. */
public final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
