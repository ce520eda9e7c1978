package zerobar.card.simulator;

import java.util.Arrays;
import java.util.List;

import zerobar.card.CuttableMemory;
import zerobar.card.SimulatedPurse;

/** A card with a purse on it and two interfaces, of which one has power at a time. */
final class SimulatedCard {
    private static final byte[] WRONG_LENGTH = {0x67, 0x00};
    private static final byte[] WRONG_P1_P2 = {0x6A, (byte) 0x86};
    private static final int HEADER = 4;
    private static final int LENGTH_AT = 4;
    private static final int DATA_AT = 5;
    private static final int LONGEST = 260;
    /** Length of data that no command of the purse takes. */
    private static final int IMPOSSIBLE = 254;

    private final CardRuntime runtime;
    private final SimulatedPurse purse;
    private boolean powered;

    SimulatedCard(short slots) {
        runtime = new CardRuntime();
        purse = runtime.install(slots);
    }

    SimulatedPurse purse() {
        return purse;
    }

    /** Powers the card up, or resets it, by one of its interfaces. */
    synchronized void powerOn(boolean contactless) {
        runtime.powerOn(contactless);
        powered = true;
    }

    /** Answers a command; returns nothing when the card has no power, or loses it on the way. */
    synchronized byte[] exchange(byte[] apdu) {
        if (!powered) {
            return new byte[0];
        }
        byte[] refusal = refusal(apdu);
        if (refusal != null) {
            return refusal;
        }
        CuttableMemory memory = purse.memory();
        byte[] answer = runtime.transmitCommand(carried(apdu));
        if (memory.wasCut()) {
            memory.neverCut();
            powered = false;
            return new byte[0];
        }
        return answer;
    }

    /** What a runtime refuses by itself: half a header, and a SELECT that is malformed. */
    private static byte[] refusal(byte[] apdu) {
        if (apdu.length < HEADER) {
            return WRONG_LENGTH;
        }
        boolean select = apdu[0] == 0 && apdu[1] == (byte) 0xA4;
        if (!select || isShort(apdu)) {
            return null;
        }
        return apdu[2] == 4 && apdu[3] == 0 ? WRONG_LENGTH : WRONG_P1_P2;
    }

    /** Returns whether the length byte fits: a short command, with Le or without. */
    private static boolean isShort(byte[] apdu) {
        int rest = apdu.length - DATA_AT;
        if (rest <= 0) {
            return true;
        }
        int length = apdu[LENGTH_AT] & 0xFF;
        return length != 0 && (rest == length || rest == length + 1);
    }

    /** Returns a command as this runtime can carry it: it has room for 260 bytes. */
    private static byte[] carried(byte[] apdu) {
        if (isShort(apdu)) {
            return apdu.length > LONGEST ? Arrays.copyOf(apdu, LONGEST) : apdu;
        }
        byte[] malformed = Arrays.copyOf(apdu, HEADER);
        malformed = Arrays.copyOf(malformed, DATA_AT + IMPOSSIBLE);
        malformed[LENGTH_AT] = (byte) IMPOSSIBLE;
        return malformed;
    }

    /** Returns a copy of all that lasts. */
    synchronized byte[][] image() {
        return purse.lasting().stream().map(byte[]::clone).toArray(byte[][]::new);
    }

    /** Puts back what an image holds. */
    synchronized void restore(byte[][] image) {
        List<byte[]> lasting = purse.lasting();
        for (int i = 0; i < image.length; i++) {
            System.arraycopy(image[i], 0, lasting.get(i), 0, image[i].length);
        }
    }
}
