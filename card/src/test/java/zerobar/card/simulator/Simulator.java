package zerobar.card.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A card with the purse applet on it, as a process.
 *
 * With `--slot HOST:PORT` it inserts itself into a virtual reader's slot; with `--antenna PORT` it
 * is brought into a field by whoever connects; with `--console PORT` a test does with it as it
 * likes. `--slots N` is the size of its log. Port 0 lets the system choose; what is listened on is
 * said on the first lines of the output.
 */
public final class Simulator {
    private static final String SECURE_RANDOM = "com.licel.jcardsim.randomdata.secure";
    private static final int BACKLOG = 8;
    private static final long BETWEEN_TRIES_NS = 50_000_000;

    private final Map<String, String> options = new HashMap<>();

    private Simulator(String[] arguments) {
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
    }

    /** Runs until it is stopped. */
    public static void main(String[] arguments) throws IOException {
        // Else every card that is simulated has the same key.
        System.setProperty(SECURE_RANDOM, "1");
        new Simulator(arguments).run();
    }

    private void run() throws IOException {
        if (options.containsKey("--console")) {
            listen("console", "--console", Simulator::serveConsole);
            return;
        }
        SimulatedCard card = new SimulatedCard(Short.parseShort(option("--slots", "64")));
        if (options.containsKey("--antenna")) {
            Thread antenna = new Thread(() -> serveAntenna(card));
            antenna.setDaemon(true);
            antenna.start();
        }
        String[] address = option("--slot", "localhost:35963").split(":");
        insert(card, address[0], Integer.parseInt(address[1]));
    }

    private String option(String name, String standard) {
        return options.getOrDefault(name, standard);
    }

    /** The state is kept while the process lives: a torn card inserts itself again. */
    private static void insert(SimulatedCard card, String host, int port) {
        while (true) {
            try (Socket socket = new Socket(host, port)) {
                new Slot(card, false).serve(socket);
            } catch (IOException noSlot) {
                LockSupport.parkNanos(BETWEEN_TRIES_NS);
            }
        }
    }

    private void serveAntenna(SimulatedCard card) {
        try {
            listen("antenna", "--antenna", socket -> {
                card.powerOn(true);
                new Slot(card, true).serve(socket);
            });
        } catch (IOException error) {
            throw new IllegalStateException("the antenna cannot be listened on", error);
        }
    }

    private static void serveConsole(Socket socket) throws IOException {
        new Console().serve(socket);
    }

    /** What is done with each connection, one after the other. */
    private interface Service {
        void serve(Socket socket) throws IOException;
    }

    private void listen(String name, String option, Service service) throws IOException {
        int port = Integer.parseInt(option(option, "0"));
        try (ServerSocket server =
                new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
            System.out.println(name + " " + server.getLocalPort());
            while (true) {
                serveOne(server.accept(), service);
            }
        }
    }

    private static void serveOne(Socket socket, Service service) {
        try {
            service.serve(socket);
        } catch (IOException lost) {
            System.err.println("connection lost: " + lost.getMessage());
        }
    }
}
