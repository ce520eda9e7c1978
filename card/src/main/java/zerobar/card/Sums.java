package zerobar.card;

/** Places of numbers that are being computed; each has one use at a time. */
final class Sums {
    /** Number of the last request prepared, 4. */
    static final short NUMBER = 0;
    /** The window for that number, 8. */
    static final short WINDOW = 4;
    /** A limit in force, 4. */
    static final short LIMIT = 12;
    /** A total since the last sync, 4. */
    static final short TOTAL = 16;
    /** A difference of counters, 4. */
    static final short DIFFERENCE = 20;
    /** Balance and held after a credit, 4 each. */
    static final short BALANCE = 24;
    static final short HELD = 28;
    /** The sequence of a record's cell, 4. */
    static final short SEQUENCE = 32;
    /** Id of a class on the blocklist, 8. */
    static final short CLASS_ID = 36;
    /** What a search is for: an id and a number, 12. */
    static final short KEY = 44;
    /** All markers of records, 18. */
    static final short MARKERS = 56;
    /** What is signed in a query for a STATE: nonce and id, 16. */
    static final short QUERY = 56;
    static final short LENGTH = 74;

    private Sums() {
    }
}
