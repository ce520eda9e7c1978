package zerobar.card;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.Util;

/** The purse applet: commands in, answers out, in the order of checks of the protocol page. */
public class PurseApplet extends Applet {
    private static final byte[] AID = {
        (byte) 0xF0, 0x5A, 0x45, 0x52, 0x4F, 0x42, 0x41, 0x52, 0x01
    };
    private static final byte BY_NAME = 0x04;
    private static final byte SIGNED = 0x01;
    private static final short PERSON_SLOTS = 64;
    private static final short FEWEST_SLOTS = 4;
    private static final short MOST_SLOTS = 1024;

    final Purse purse;
    private final Card card;
    private final Greeting greeting;
    private final Paying paying;
    private final Undoing undoing;
    private final Accepting accepting;
    private final Preparing preparing;
    private final Syncing syncing;
    private final Updating updating;
    private final Holder holder;
    private final Factory factory;

    /** Makes a blank purse; everything that it will ever need is taken here. */
    protected PurseApplet(Memory memory, short slots) {
        card = new Card(memory);
        purse = new Purse(card, slots);
        greeting = new Greeting(purse, AID);
        paying = new Paying(purse);
        undoing = new Undoing(purse);
        accepting = new Accepting(purse);
        preparing = new Preparing(purse, accepting);
        syncing = new Syncing(purse);
        updating = new Updating(purse);
        holder = new Holder(purse);
        factory = new Factory(purse);
    }

    /**
     * Installs a blank purse.
     *
     * The application's parameters are empty, or the number of slots in two bytes: a power of two
     * from 4 to 1,024. Without them it is a person's 64.
     */
    public static void install(byte[] parameters, short offset, byte length) {
        short slots = slots(parameters, offset);
        PurseApplet applet = new PurseApplet(new Memory(), slots);
        applet.register(parameters, (short) (offset + 1), parameters[offset]);
    }

    /** Returns the number of slots asked for (GlobalPlatform: name, privileges, parameters). */
    protected static short slots(byte[] parameters, short offset) {
        short privileges = (short) ((short) (offset + 1) + parameters[offset]);
        short own = (short) ((short) (privileges + 1) + parameters[privileges]);
        if (parameters[own] == 0) {
            return PERSON_SLOTS;
        }
        short slots = Util.getShort(parameters, (short) (own + 1));
        boolean power = (short) (slots & (short) (slots - 1)) == 0;
        boolean good = parameters[own] == 2 && power
                && slots >= FEWEST_SLOTS && slots <= MOST_SLOTS;
        Status.refuseIf(!good, ISO7816.SW_WRONG_DATA);
        return slots;
    }

    @Override
    public void process(APDU apdu) {
        byte[] header = apdu.getBuffer();
        short command = Util.makeShort(header[ISO7816.OFFSET_CLA], header[ISO7816.OFFSET_INS]);
        byte p1 = header[ISO7816.OFFSET_P1];
        byte p2 = header[ISO7816.OFFSET_P2];
        Commands.check(command);
        short length = receive(apdu);
        send(apdu, command == Commands.SELECT
                ? select(p1, p2, length) : run(command, p1, p2, length));
    }

    /** Takes all data of the command into RAM; returns their length. */
    private short receive(APDU apdu) {
        short received = apdu.setIncomingAndReceive();
        short length = apdu.getIncomingLength();
        Status.refuseIf(length > (short) card.input.length, Status.WRONG_LENGTH);
        short at = 0;
        while (received > 0) {
            at = Util.arrayCopyNonAtomic(
                    apdu.getBuffer(), apdu.getOffsetCdata(), card.input, at, received);
            received = at < length ? apdu.receiveBytes(apdu.getOffsetCdata()) : (short) 0;
        }
        return length;
    }

    private void send(APDU apdu, short length) {
        if (length > 0) {
            apdu.setOutgoing();
            apdu.setOutgoingLength(length);
            apdu.sendBytesLong(card.answer, (short) 0, length);
        }
    }

    /**
     * Begins a session.
     *
     * The runtime may bring the SELECT of another application here too, and one by the beginning
     * of this one's name: both leave the session as it was.
     */
    private short select(byte p1, byte p2, short length) {
        Status.refuseIf(p1 != BY_NAME || p2 != 0, Status.WRONG_P1_P2);
        boolean mine = length == (short) AID.length
                && Numbers.same(card.input, (short) 0, AID, (short) 0, length);
        Status.refuseIf(!mine, Status.NOT_FOUND);
        card.session.begin();
        purse.store.find();
        if (!card.session.contactless()) {
            preparing.forgetContactless();
        }
        card.session.open();
        return greeting.answer();
    }

    private short run(short command, byte p1, byte p2, short length) {
        Status.refuseIf(!card.session.isOpen(), Status.NOTHING_SELECTED);
        boolean signed = command == Commands.PREPARE && p1 == SIGNED;
        Status.refuseIf(p1 != 0 && !signed || p2 != 0, Status.WRONG_P1_P2);
        Status.refuseIf(!Commands.takes(command, length), Status.WRONG_LENGTH);
        Status.refuseIf(!isWellFormed(command, length), Status.MALFORMED);
        boolean atHome = Commands.isAtHome(command, purse.active());
        Status.refuseIf(!atHome, Status.CONDITIONS_NOT_SATISFIED);
        return execute(command, length, signed);
    }

    private boolean isWellFormed(short command, short length) {
        switch (command) {
            case Commands.PAY:
                return paying.isWellFormed(length);
            case Commands.GET_VOUCHER:
                return paying.isWanted(length);
            case Commands.PREPARE:
                return preparing.isWellFormed();
            case Commands.ACCEPT:
                return accepting.isCreditable();
            case Commands.VOID:
                return accepting.isVoucher();
            case Commands.UNDO:
                return undoing.isWellFormed();
            case Commands.SYNC_ACK:
                return syncing.isAck();
            case Commands.BLOCKLIST:
                return updating.isDelta(length);
            case Commands.KEY_UPDATE:
                return updating.isKeyUpdate();
            case Commands.ARM:
                return holder.isMaximum();
            case Commands.VERIFY:
            case Commands.FINISH:
                return holder.isPin((short) 0);
            case Commands.CHANGE_PIN:
                return holder.isChange();
            case Commands.RESET_PIN:
                return holder.isUnblock();
            default:
                return isFactoryForm(command);
        }
    }

    private boolean isFactoryForm(short command) {
        switch (command) {
            case Commands.GENERATE_KEY:
                return factory.isSuite();
            case Commands.PUT_KEY:
                return factory.isKey();
            case Commands.PUT_CERTIFICATE:
                return factory.isCertificate();
            case Commands.PUT_LIMITS:
                return factory.isLimits();
            default:
                return true;
        }
    }

    private short execute(short command, short length, boolean signed) {
        switch (command) {
            case Commands.PAY:
                return paying.pay(length);
            case Commands.GET_VOUCHER:
                return paying.getVoucher(length);
            case Commands.GET_CERTIFICATE:
                return paying.getCertificate();
            case Commands.PREPARE:
                return preparing.prepare(signed);
            case Commands.ACCEPT:
                return accepting.accept(length);
            case Commands.VOID:
                return accepting.voidVoucher();
            case Commands.UNDO:
                return undoing.undo();
            case Commands.STATE:
                return syncing.state(length);
            case Commands.READ_LOG:
                return syncing.readLog();
            case Commands.SYNC_ACK:
                return syncing.syncAck();
            case Commands.BLOCKLIST:
                return updating.blocklist();
            case Commands.KEY_UPDATE:
                return updating.keyUpdate();
            default:
                return executeRare(command);
        }
    }

    private short executeRare(short command) {
        switch (command) {
            case Commands.VERIFY:
                return holder.verify();
            case Commands.CHANGE_PIN:
                return holder.change();
            case Commands.RESET_PIN:
                return holder.reset();
            case Commands.ARM:
                return holder.arm();
            case Commands.GENERATE_KEY:
                return factory.generateKey();
            case Commands.PUT_KEY:
                return factory.putKey();
            case Commands.PUT_CERTIFICATE:
                return factory.putCertificate();
            case Commands.PUT_LIMITS:
                return factory.putLimits();
            case Commands.FINISH:
                return holder.finish();
            default:
                ISOException.throwIt(Status.UNKNOWN_INSTRUCTION);
                return 0;
        }
    }
}
