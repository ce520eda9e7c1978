package zerobar.card;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import javacard.framework.APDU;
import javacard.framework.CardRuntimeException;
import javacard.framework.Util;
import javacard.security.ECPrivateKey;
import javacard.security.KeyPair;

/** The applet as tests need it: over a memory that can be cut, and open to be looked into. */
public final class SimulatedPurse extends PurseApplet {
    private static final String OWN_CLASSES = "zerobar.card.";
    private static SimulatedPurse latest;

    private final CuttableMemory memory;

    private SimulatedPurse(CuttableMemory memory, short slots) {
        super(memory, slots);
        this.memory = memory;
    }

    /** Installs a blank purse, which is then the latest. */
    public static void install(byte[] parameters, short offset, byte length) {
        latest = new SimulatedPurse(new CuttableMemory(), slots(parameters, offset));
        latest.register(parameters, (short) (offset + 1), parameters[offset]);
    }

    /** Returns the purse installed last. */
    public static SimulatedPurse latest() {
        return latest;
    }

    /** Returns its memory. */
    public CuttableMemory memory() {
        return memory;
    }

    @Override
    public void process(APDU apdu) {
        try {
            super.process(apdu);
        } catch (CardRuntimeException | PowerCut expected) {
            throw expected;
        } catch (RuntimeException mistake) {
            // The runtime would say 6F00 and nothing else.
            mistake.printStackTrace();
            throw mistake;
        }
    }

    /** Returns private key and internal key, 32 bytes each: for a purse that is to be the same. */
    public byte[] keys() {
        byte[] keys = new byte[64];
        Identity identity = purse.store.identity;
        KeyPair pair = (KeyPair) read(identity, activeIdentity() == 0 ? "first" : "second");
        byte[] number = new byte[64];
        int length = ((ECPrivateKey) pair.getPrivate()).getS(number, (short) 0);
        // A number that begins with zeros is told without them.
        System.arraycopy(number, 0, keys, 32 - length, length);
        System.arraycopy(identity.bytes(), identity.idAt() - 32, keys, 32, 32);
        return keys;
    }

    private byte activeIdentity() {
        return purse.session.activeCell(Store.IDENTITY);
    }

    /**
     * Returns what the purse holds, however its memory holds it; after SELECT only.
     *
     * The signatures of its own vouchers are left out: a card makes another one each time.
     */
    public byte[] held() {
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        Store store = purse.store;
        Identity identity = store.identity;
        held.write(identity.bytes(), identity.publicKeyAt(), 64 + 32);
        for (CheckedRecord record : new CheckedRecord[] {
            store.security, store.certificate, store.keys.record(), store.limits, store.request,
            store.arm, store.sync
        }) {
            held.write(record.bytes(), record.at(), (short) read(record, "length"));
        }
        writeBlocklist(held);
        writeLog(held);
        return held.toByteArray();
    }

    private void writeBlocklist(ByteArrayOutputStream held) {
        CheckedRecord head = purse.store.blocklist.record();
        byte[] ids = (byte[]) read(purse.store.blocklist, "ids");
        int room = ids.length / 8;
        int next = Util.getShort(head.bytes(), head.at((short) 4));
        int count = Util.getShort(head.bytes(), head.at((short) 6));
        held.write(head.bytes(), head.at(Blocklist.EPOCH), 4);
        held.write(head.bytes(), head.at(Blocklist.OWN_HITS), 4);
        for (int i = next - count; i < next; i++) {
            held.write(ids, Math.floorMod(i, room) * 8, 8);
        }
    }

    private void writeLog(ByteArrayOutputStream held) {
        Ring ring = purse.ring;
        int newest = ByteBuffer.wrap(ring.newest()).getInt(ring.newestAt(Slot.ENTRY));
        int slots = (short) read(ring, "slots");
        for (int number = newest - slots + 1; number - newest <= 0; number++) {
            short index = ring.entry(ByteBuffer.allocate(4).putInt(number).array(), (short) 0);
            if (index != Ring.NONE) {
                held.write(shown(ring.bytes(index), ring.at(index)), 0, Slot.HASH - 1);
            }
        }
    }

    private static byte[] shown(byte[] chunk, short at) {
        byte[] slot = Arrays.copyOfRange(chunk, at + 1, at + Slot.HASH);
        if (slot[0] == Slot.PAY) {
            int signature = Slot.PAYLOAD - 1 + Voucher.BODY_LENGTH;
            Arrays.fill(slot, signature, signature + 64, (byte) 0);
        }
        return slot;
    }

    /** Returns all arrays of the purse that last, always in the same order. */
    public List<byte[]> lasting() {
        List<byte[]> found = new ArrayList<>();
        walk(purse.store, found, seen());
        return found;
    }

    /** Returns the number of bytes of its arrays in RAM. */
    public int transientLength() {
        List<byte[]> found = new ArrayList<>();
        walk(purse.card, found, seen());
        return found.stream().mapToInt(array -> array.length).sum();
    }

    private static Set<Object> seen() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Collects byte arrays; from the store it does not go on to the card, whose are in RAM. */
    private void walk(Object from, List<byte[]> found, Set<Object> seen) {
        if (from == null || from == purse.card && !seen.isEmpty() || !seen.add(from)) {
            return;
        }
        if (from instanceof byte[]) {
            found.add((byte[]) from);
        } else if (from instanceof Object[]) {
            for (int i = 0; i < Array.getLength(from); i++) {
                walk(Array.get(from, i), found, seen);
            }
        } else if (from.getClass().getName().startsWith(OWN_CLASSES)) {
            for (Field field : from.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    walk(read(from, field.getName()), found, seen);
                }
            }
        }
    }

    private static Object read(Object from, String name) {
        try {
            Field field = from.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(from);
        } catch (ReflectiveOperationException error) {
            throw new AssertionError(error);
        }
    }
}
