package zerobar.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.ECKey;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;
import javacard.security.MessageDigest;
import javacard.security.RandomData;
import javacard.security.Signature;

/**
 * Suite 1: SHA-256, and ECDSA on P-256 with signatures as r and s of 32 bytes each.
 *
 * The platform speaks DER (SEC 1, C.5); it is made and read here. All objects are made once.
 */
final class P256 {
    static final short KEY_LENGTH = 64;
    static final short SIGNATURE_LENGTH = 64;
    private static final short HALF = 32;
    private static final short LONGEST_DER = 72;
    private static final short POINT_AT = LONGEST_DER;
    private static final short POINT_LENGTH = 65;
    private static final byte UNCOMPRESSED = 0x04;
    private static final byte SEQUENCE = 0x30;
    private static final byte INTEGER = 0x02;

    final MessageDigest hash;
    private final RandomData random;
    private final Signature signature;
    private final ECPublicKey verifying;
    private final byte[] work;

    /** Its random numbers are of the older kind, which every card has. */
    @SuppressWarnings("deprecation")
    P256() {
        hash = MessageDigest.getInstance(MessageDigest.ALG_SHA_256, false);
        random = RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);
        signature = Signature.getInstance(Signature.ALG_ECDSA_SHA_256, false);
        verifying = (ECPublicKey) KeyBuilder.buildKey(
                KeyBuilder.TYPE_EC_FP_PUBLIC, KeyBuilder.LENGTH_EC_FP_256, false);
        Curve.putOn(verifying);
        work = JCSystem.makeTransientByteArray(
                (short) (POINT_AT + POINT_LENGTH), JCSystem.CLEAR_ON_DESELECT);
    }

    /** Returns a key pair on the curve, without a key yet. */
    static KeyPair newPair() {
        KeyPair pair = new KeyPair(KeyPair.ALG_EC_FP, KeyBuilder.LENGTH_EC_FP_256);
        Curve.putOn((ECKey) pair.getPublic());
        Curve.putOn((ECKey) pair.getPrivate());
        return pair;
    }

    /** Makes a new key in a pair, and writes its X and Y, 64 bytes. */
    void generate(KeyPair pair, byte[] publicKey, short at) {
        pair.genKeyPair();
        ((ECPublicKey) pair.getPublic()).getW(work, POINT_AT);
        Util.arrayCopyNonAtomic(work, (short) (POINT_AT + 1), publicKey, at, KEY_LENGTH);
    }

    /** Fills bytes at random. */
    @SuppressWarnings("deprecation")
    void randomize(byte[] bytes, short at, short length) {
        random.generateData(bytes, at, length);
    }

    /** Writes the hash of some bytes, 32 bytes; what `hash.update` took before counts too. */
    void digest(byte[] data, short at, short length, byte[] digest, short digestAt) {
        hash.doFinal(data, at, length, digest, digestAt);
    }

    /** Writes r and s over some bytes, 64 bytes. */
    void sign(KeyPair pair, byte[] data, short at, short length, byte[] target, short targetAt) {
        signature.init((ECPrivateKey) pair.getPrivate(), Signature.MODE_SIGN);
        signature.sign(data, at, length, work, (short) 0);
        short second = fromDer((short) 2, target, targetAt);
        fromDer(second, target, (short) (targetAt + HALF));
    }

    /** Returns whether r and s, 64 bytes, are this key's signature over some bytes. */
    boolean verifies(
            byte[] key, short keyAt, byte[] data, short at, short length,
            byte[] signed, short signedAt) {
        short half = (short) (signedAt + HALF);
        if (!Curve.isScalar(signed, signedAt) || !Curve.isScalar(signed, half)) {
            return false;
        }
        short derLength = toDer(signed, signedAt);
        work[POINT_AT] = UNCOMPRESSED;
        Util.arrayCopyNonAtomic(key, keyAt, work, (short) (POINT_AT + 1), KEY_LENGTH);
        // A platform says of a point off the curve, here or there, that it will not have it.
        try {
            verifying.setW(work, POINT_AT, POINT_LENGTH);
            signature.init(verifying, Signature.MODE_VERIFY);
            return signature.verify(data, at, length, work, (short) 0, derLength);
        } catch (RuntimeException refused) {
            return false;
        }
    }

    /** Reads a DER integer in `work` into 32 bytes; returns where the next one begins. */
    private short fromDer(short at, byte[] target, short targetAt) {
        short length = work[(short) (at + 1)];
        short start = (short) (at + 2);
        short end = (short) (start + length);
        if (length > HALF) {
            start = (short) (end - HALF);
        }
        short padding = (short) (HALF - (short) (end - start));
        Util.arrayFillNonAtomic(target, targetAt, padding, (byte) 0);
        Util.arrayCopyNonAtomic(
                work, start, target, (short) (targetAt + padding), (short) (end - start));
        return end;
    }

    /** Writes the DER form of r and s into `work`; returns its length. */
    private short toDer(byte[] signed, short at) {
        short end = integerToDer(signed, at, (short) 2);
        end = integerToDer(signed, (short) (at + HALF), end);
        work[0] = SEQUENCE;
        work[1] = (byte) (end - 2);
        return end;
    }

    private short integerToDer(byte[] signed, short at, short derAt) {
        short skipped = 0;
        while (skipped < (short) (HALF - 1) && signed[(short) (at + skipped)] == 0) {
            skipped++;
        }
        // The top bit is a sign in DER.
        short padding = signed[(short) (at + skipped)] < 0 ? (short) 1 : (short) 0;
        short digits = (short) (HALF - skipped);
        short start = (short) (derAt + 2);
        work[derAt] = INTEGER;
        work[(short) (derAt + 1)] = (byte) (digits + padding);
        work[start] = 0;
        return Util.arrayCopyNonAtomic(
                signed, (short) (at + skipped), work, (short) (start + padding), digits);
    }
}
