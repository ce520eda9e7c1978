package zerobar.card;

import javacard.framework.JCSystem;

/** What every part of the purse works with: memory, arithmetic, session, and room in RAM. */
final class Card {
    /** Data of the command, at most 255 bytes. */
    final byte[] input;
    /** Data of the answer, at most 253 bytes. */
    final byte[] answer;
    /** The slot that is being made, 192 bytes. */
    final byte[] slot;
    /** Numbers that are being computed, see `Sums`. */
    final byte[] sums;
    /** A hash, 32 bytes. */
    final byte[] digest;

    final Memory memory;
    final Session session;
    final P256 p256;

    Card(Memory memory) {
        this.memory = memory;
        session = new Session();
        p256 = new P256();
        input = scratch((short) 255);
        answer = scratch((short) 253);
        slot = scratch(Ring.SLOT_SIZE);
        sums = scratch(Sums.LENGTH);
        digest = scratch((short) 32);
    }

    private static byte[] scratch(short length) {
        return JCSystem.makeTransientByteArray(length, JCSystem.CLEAR_ON_DESELECT);
    }
}
