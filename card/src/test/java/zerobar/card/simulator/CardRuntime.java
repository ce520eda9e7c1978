package zerobar.card.simulator;

import com.licel.jcardsim.base.ApduCase;
import com.licel.jcardsim.base.SimulatorRuntime;

import javacard.framework.AID;
import javacard.framework.APDU;
import javacard.framework.ISO7816;
import javacard.framework.Util;

import zerobar.card.SimulatedPurse;

/**
 * A Java Card runtime with a purse as its default application.
 *
 * A card whose default application is another one answers in its own words what comes before the
 * first SELECT; so here the purse's words can be heard.
 */
final class CardRuntime extends SimulatorRuntime {
    private static final byte CONTACT = APDU.PROTOCOL_T1;
    private static final byte CONTACTLESS =
            (byte) (APDU.PROTOCOL_MEDIA_CONTACTLESS_TYPE_A | APDU.PROTOCOL_T1);
    private static final int LONGEST_AID = 16;
    private static final byte[] NAME = {
        (byte) 0xF0, 0x5A, 0x45, 0x52, 0x4F, 0x42, 0x41, 0x52, 0x01
    };

    private final AID name = new AID(NAME, (short) 0, (byte) NAME.length);

    /** Installs a blank purse with so many slots. */
    SimulatedPurse install(short slots) {
        byte[] parameters = new byte[NAME.length + 5];
        parameters[0] = (byte) NAME.length;
        Util.arrayCopyNonAtomic(NAME, (short) 0, parameters, (short) 1, (short) NAME.length);
        parameters[NAME.length + 2] = 2;
        Util.setShort(parameters, (short) (NAME.length + 3), slots);
        loadApplet(name, SimulatedPurse.class);
        installApplet(name, parameters, (short) 0, (byte) parameters.length);
        return SimulatedPurse.latest();
    }

    /** Powers the card up, or resets it, by one of its interfaces. */
    void powerOn(boolean contactless) {
        reset();
        changeProtocol(contactless ? CONTACTLESS : CONTACT);
        currentAID = name;
    }

    @Override
    protected AID findAppletForSelectApdu(byte[] select, ApduCase form) {
        boolean named = form == ApduCase.Case3 || form == ApduCase.Case4;
        boolean possible = named && (select[ISO7816.OFFSET_LC] & 0xFF) <= LONGEST_AID;
        return possible ? super.findAppletForSelectApdu(select, form) : null;
    }
}
