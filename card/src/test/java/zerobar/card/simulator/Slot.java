package zerobar.card.simulator;

import java.io.IOException;
import java.net.Socket;

/** The card in a reader's slot, or in a field: what the reader says over one connection. */
final class Slot {
    private static final byte OFF = 0;
    private static final byte ON = 1;
    private static final byte RESET = 2;
    private static final byte ATR = 4;
    /** T=1; the historical bytes name the application (ISO/IEC 7816-4, 12.1.1). */
    private static final byte[] ANSWER_TO_RESET = {
        0x3B, (byte) 0x8B, 0x01, (byte) 0x80, (byte) 0xF9, (byte) 0xF0, 0x5A, 0x45, 0x52, 0x4F,
        0x42, 0x41, 0x52, 0x01, 0x00
    };

    static {
        for (int i = 1; i < ANSWER_TO_RESET.length - 1; i++) {
            ANSWER_TO_RESET[ANSWER_TO_RESET.length - 1] ^= ANSWER_TO_RESET[i];
        }
    }

    private final SimulatedCard card;
    private final boolean contactless;

    Slot(SimulatedCard card, boolean contactless) {
        this.card = card;
        this.contactless = contactless;
    }

    /** Serves a connection to its end, or until the card loses its power in a command. */
    void serve(Socket socket) throws IOException {
        try (Frames frames = new Frames(socket)) {
            byte[] body = frames.read();
            while (body != null && answer(frames, body)) {
                body = frames.read();
            }
        }
    }

    private boolean answer(Frames frames, byte[] body) throws IOException {
        if (body.length == 1) {
            control(frames, body[0]);
            return true;
        }
        byte[] answer = card.exchange(body);
        if (answer.length > 0) {
            frames.write(answer);
        }
        return answer.length > 0;
    }

    private void control(Frames frames, byte control) throws IOException {
        if (control == ON || control == RESET || control == OFF) {
            card.powerOn(contactless);
        } else if (control == ATR) {
            frames.write(ANSWER_TO_RESET);
        }
    }
}
