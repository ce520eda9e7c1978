package zerobar.card.simulator;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;

import jdk.net.ExtendedSocketOptions;

/** A connection that carries frames: a length of two bytes, and so many bytes. */
final class Frames implements Closeable {
    private final Socket socket;
    private final DataInputStream input;
    private final OutputStream output;

    Frames(Socket socket) throws IOException {
        this.socket = socket;
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        input = new DataInputStream(socket.getInputStream());
        output = socket.getOutputStream();
    }

    /** Returns the next frame's body, or null at the end of the connection. */
    byte[] read() throws IOException {
        try {
            acknowledgeAtOnce();
            byte[] body = new byte[input.readUnsignedShort()];
            acknowledgeAtOnce();
            input.readFully(body);
            return body;
        } catch (EOFException end) {
            return null;
        }
    }

    /** Sends a frame in one piece. */
    void write(byte[] body) throws IOException {
        byte[] frame = new byte[body.length + 2];
        frame[0] = (byte) (body.length >> 8);
        frame[1] = (byte) body.length;
        System.arraycopy(body, 0, frame, 2, body.length);
        output.write(frame);
    }

    /** The reader's driver sends length and body apart, and waits for our word in between. */
    private void acknowledgeAtOnce() throws IOException {
        if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK)) {
            socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
