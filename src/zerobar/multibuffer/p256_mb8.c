/* Verifies P-256 signatures eight at a time, where the processor has AVX-512 IFMA.
 *
 * Intel's crypto_mb computes; here is what turns rows of bytes into its lanes. Nothing is kept, no
 * memory is asked for, and nothing here is secret: keys, digests and signatures are public.
 *
 * Built by scripts/setup:
 *     cc -O2 -shared -fPIC p256_mb8.c libcrypto_mb.a -o libp256_mb8.so
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BN_OPENSSL_DISABLE
#include <crypto_mb/cpu_features.h>
#include <crypto_mb/ec_nistp256.h>
#include <crypto_mb/status.h>

enum { LANES = 8, NUMBER = 32, WORDS = 4 };

/* The order of the group (SEC 2, 2.4.2), big-endian. */
static const uint8_t ORDER[NUMBER] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};

/* The library's other half speaks with OpenSSL's numbers. It is linked in, but never called. */
#define NEVER_CALLED(name) \
    __attribute__((visibility("hidden"))) void name(void) { abort(); }
NEVER_CALLED(BN_bin2bn)
NEVER_CALLED(BN_num_bits)
NEVER_CALLED(BN_bn2lebinpad)
NEVER_CALLED(BN_bn2binpad)
NEVER_CALLED(BN_lebin2bn)
NEVER_CALLED(ECDSA_SIG_get0)

/* Whether this processor can; 0 or 1. */
int zerobar_is_applicable(void) { return mbx_is_crypto_mb_applicable(0) != 0; }

static void read_number(uint64_t words[WORDS], const uint8_t bytes[NUMBER]) {
    for (int word = 0; word < WORDS; word++) {
        uint64_t read;
        memcpy(&read, bytes + NUMBER - 8 * (word + 1), sizeof read);
        words[word] = __builtin_bswap64(read);
    }
}

/* From 1 to order - 1, as FIPS 186-5, 6.4.2 asks before anything is computed. */
static int is_in_range(const uint8_t number[NUMBER]) {
    uint8_t any = 0;
    for (int at = 0; at < NUMBER; at++) any |= number[at];
    return any != 0 && memcmp(number, ORDER, NUMBER) < 0;
}

static void verify_lanes(size_t many, const uint8_t *keys, const uint8_t *digests,
                         const uint8_t *signatures, uint8_t *is_good) {
    uint64_t x[LANES][WORDS], y[LANES][WORDS];
    const uint8_t *r[LANES], *s[LANES], *digest[LANES];
    const int64u *key_x[LANES], *key_y[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        /* Lanes that are left over compute the first one again. */
        size_t from = lane < many ? lane : 0;
        read_number(x[lane], keys + 2 * NUMBER * from);
        read_number(y[lane], keys + 2 * NUMBER * from + NUMBER);
        key_x[lane] = (const int64u *)x[lane];
        key_y[lane] = (const int64u *)y[lane];
        r[lane] = signatures + 2 * NUMBER * from;
        s[lane] = r[lane] + NUMBER;
        digest[lane] = digests + NUMBER * from;
    }
    mbx_status status =
        mbx_nistp256_ecdsa_verify_mb8(r, s, digest, key_x, key_y, NULL, NULL);
    for (size_t lane = 0; lane < many; lane++)
        is_good[lane] = MBX_GET_STS(status, lane) == MBX_STATUS_OK && is_in_range(r[lane]) &&
                        is_in_range(s[lane]);
}

/* Verifies `count` signatures.
 *   keys        X||Y, 64 bytes each: points of the curve, which the caller has checked
 *   digests     SHA-256, 32 bytes each
 *   signatures  r||s, 64 bytes each
 *   is_good     is set to 0 or 1, a byte each
 */
void zerobar_verify(size_t count, const uint8_t *keys, const uint8_t *digests,
                    const uint8_t *signatures, uint8_t *is_good) {
    for (size_t at = 0; at < count; at += LANES) {
        size_t many = count - at < LANES ? count - at : LANES;
        verify_lanes(many, keys + 2 * NUMBER * at, digests + NUMBER * at,
                     signatures + 2 * NUMBER * at, is_good + at);
    }
}
