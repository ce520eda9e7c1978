package zerobar.card.simulator;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import zerobar.card.CuttableMemory;

/**
 * What a test asks of the simulator beyond a reader: blank cards, cuts, images, and numbers.
 *
 * A frame is a letter and its data, and every frame is answered by one: a point and its data.
 */
final class Console {
    private static final int LONGEST_PART = 4000;
    private static final byte[] DONE = new byte[0];

    private SimulatedCard card = new SimulatedCard((short) 64);
    private final List<byte[][]> images = new ArrayList<>();

    /** Serves a connection to its end. */
    void serve(Socket socket) throws IOException {
        try (Frames frames = new Frames(socket)) {
            byte[] body = frames.read();
            while (body != null) {
                ByteBuffer data = ByteBuffer.wrap(body, 1, body.length - 1);
                frames.write(pointed(answer((char) body[0], data)));
                body = frames.read();
            }
        }
    }

    /** No frame is empty. */
    private static byte[] pointed(byte[] data) {
        return ByteBuffer.allocate(data.length + 1).put((byte) '.').put(data).array();
    }

    private byte[] answer(char asked, ByteBuffer data) {
        switch (asked) {
            case 'B':
                return blank(data.getShort());
            case 'P':
                card.powerOn(data.get() != 0);
                return DONE;
            case 'A':
                return card.exchange(rest(data));
            case 'C':
                cutAfter(data.getInt(), data.get());
                return DONE;
            case 'N':
                card.purse().memory().neverCut();
                return DONE;
            case 'X':
                card.purse().memory().flicker();
                return DONE;
            case 'F':
                card.purse().memory().wearOut(data.getInt());
                return DONE;
            default:
                return told(asked, data);
        }
    }

    private byte[] told(char asked, ByteBuffer data) {
        switch (asked) {
            case 'W':
                return bytes(card.purse().memory().written());
            case 'K':
                return card.purse().keys();
            case 'S':
                images.add(card.image());
                return bytes(images.size() - 1);
            case 'R':
                card.restore(images.get(data.getInt()));
                return DONE;
            case 'H':
                return hash(card.image());
            case 'L':
                return part(card.purse().held(), data.getInt());
            case 'M':
                return bytes((long) lastingLength() << 32 | card.purse().transientLength());
            default:
                throw new IllegalArgumentException("asked for " + asked);
        }
    }

    private void cutAfter(int bytes, byte kind) {
        card.purse().memory().cutAfter(bytes, CuttableMemory.Cut.values()[kind]);
    }

    /** No frame is long: what is longer is asked for part by part. */
    private static byte[] part(byte[] whole, int from) {
        return Arrays.copyOfRange(whole, from, Math.min(whole.length, from + LONGEST_PART));
    }

    private byte[] blank(short slots) {
        card = new SimulatedCard(slots);
        images.clear();
        return DONE;
    }

    private int lastingLength() {
        return Arrays.stream(card.image()).mapToInt(array -> array.length).sum();
    }

    private static byte[] rest(ByteBuffer data) {
        byte[] rest = new byte[data.remaining()];
        data.get(rest);
        return rest;
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] hash(byte[][] image) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            Arrays.stream(image).forEach(hash::update);
            return hash.digest();
        } catch (NoSuchAlgorithmException error) {
            throw new AssertionError(error);
        }
    }
}
