package zerobar.card;

/** The commands by class and instruction, their lengths, and where in life they may come. */
final class Commands {
    static final byte ISO = 0x00;
    static final byte PURSE = (byte) 0x80;
    static final short SELECT = 0x00A4;
    static final short VERIFY = 0x0020;
    static final short CHANGE_PIN = 0x0024;
    static final short PAY = (short) 0x8010;
    static final short GET_VOUCHER = (short) 0x8012;
    static final short GET_CERTIFICATE = (short) 0x8014;
    static final short PREPARE = (short) 0x8020;
    static final short ACCEPT = (short) 0x8022;
    static final short VOID = (short) 0x8024;
    static final short UNDO = (short) 0x8026;
    static final short RESET_PIN = (short) 0x802C;
    static final short STATE = (short) 0x8030;
    static final short READ_LOG = (short) 0x8032;
    static final short SYNC_ACK = (short) 0x8034;
    static final short BLOCKLIST = (short) 0x8036;
    static final short KEY_UPDATE = (short) 0x8038;
    static final short ARM = (short) 0x8042;
    static final short GENERATE_KEY = (short) 0x80E0;
    static final short PUT_KEY = (short) 0x80E2;
    static final short PUT_CERTIFICATE = (short) 0x80E4;
    static final short PUT_LIMITS = (short) 0x80E6;
    static final short FINISH = (short) 0x80E8;

    private static final short[] ALL = {
        SELECT, VERIFY, CHANGE_PIN, PAY, GET_VOUCHER, GET_CERTIFICATE, PREPARE, ACCEPT, VOID, UNDO,
        RESET_PIN, STATE, READ_LOG, SYNC_ACK, BLOCKLIST, KEY_UPDATE, ARM, GENERATE_KEY, PUT_KEY,
        PUT_CERTIFICATE, PUT_LIMITS, FINISH
    };

    private Commands() {
    }

    /** Refuses a class or an instruction that no command has. */
    static void check(short command) {
        boolean otherClass = false;
        for (short i = 0; i < (short) ALL.length; i++) {
            if (ALL[i] == command) {
                return;
            }
            if ((byte) ALL[i] == (byte) command) {
                otherClass = true;
            }
        }
        byte cla = (byte) (command >> 8);
        Status.refuseIf(otherClass || cla != ISO && cla != PURSE, Status.UNKNOWN_CLASS);
        Status.refuseIf(true, Status.UNKNOWN_INSTRUCTION);
    }

    /** Returns whether a command takes so many bytes. */
    static boolean takes(short command, short length) {
        switch (command) {
            case PAY:
                return length == Paying.PUSH_LENGTH || length == Request.LENGTH
                        || length == Paying.SIGNED_LENGTH;
            case GET_VOUCHER:
                return length == Ring.KEY_LENGTH || length == Numbers.WIDTH;
            case ACCEPT:
                return length == Accepting.SHORT_LENGTH || length == Accepting.LONG_LENGTH;
            case STATE:
                return length == Syncing.PLAIN_QUERY || length == Syncing.SIGNED_QUERY;
            case BLOCKLIST:
                return length >= Updating.SHORTEST_DELTA && length <= Updating.LONGEST_DELTA
                        && (short) ((short) (length - Updating.SHORTEST_DELTA) & 7) == 0;
            default:
                return length == onlyLength(command);
        }
    }

    private static short onlyLength(short command) {
        switch (command) {
            case GET_CERTIFICATE:
                return 0;
            case PREPARE:
                return 15;
            case VOID:
                return Accepting.LONG_LENGTH;
            case UNDO:
                return (short) (Statement.LENGTH + Certificate.LENGTH);
            case READ_LOG:
            case ARM:
                return Numbers.WIDTH;
            case SYNC_ACK:
                return Syncing.ACK_LENGTH;
            case KEY_UPDATE:
                return Updating.UPDATE_LENGTH;
            case CHANGE_PIN:
                return Holder.CHANGE_LENGTH;
            case RESET_PIN:
                return Holder.UNBLOCK_LENGTH;
            case GENERATE_KEY:
                return 1;
            case PUT_KEY:
                return Factory.KEY_LENGTH;
            case PUT_CERTIFICATE:
                return Certificate.LENGTH;
            case PUT_LIMITS:
                return Factory.LIMITS_LENGTH;
            default:
                return Holder.PIN_LENGTH;
        }
    }

    /** Returns whether a command may come in this life state. */
    static boolean isAtHome(short command, boolean active) {
        switch (command) {
            case PUT_CERTIFICATE:
                return true;
            case GENERATE_KEY:
            case PUT_KEY:
            case PUT_LIMITS:
            case FINISH:
                return !active;
            default:
                return active;
        }
    }
}
