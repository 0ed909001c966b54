/* The byte formulas (docs/formulas.md), on libsodium and OpenSSL; no primitive is written here. */
#ifndef CRYPTO_H
#define CRYPTO_H

#include "base.h"

enum { KEM_PUBLIC = 1184, KEM_CIPHER = 1088, KEM_SEED = 64, PK_CLASSIC = 32, PK_HYBRID = 1216 };

enum label { SIG_ANNOUNCEMENT, KDF_KEY, CIPHER_KEY, SIG_LIST, MAC_CODE, SIG_STATEMENT, KDF_STREAM,
             SIG_LOCK, LABELS };
extern const char *const labels[LABELS];

void crypto_start(void);
void random_fill(uint8_t *to, size_t n);

void sha256(bytes in, uint8_t out[32]);
void hkdf(bytes ikm, bytes salt, bytes info, uint8_t *out, size_t n);

/* Sign.Sign: Ed25519 over SHA256(context) || SHA256(message). Verification is strict. */
void identity(const uint8_t seed[32], uint8_t ivk[32]);
void sign(const uint8_t seed[32], const char *context, bytes message, uint8_t sig[64]);
bool verify(const uint8_t ivk[32], const char *context, bytes message, const uint8_t sig[64]);

void agreement_public(const uint8_t secret[32], uint8_t pk[32]);
bool agree(const uint8_t secret[32], const uint8_t pk[32], uint8_t shared[32]);

/* What every box is made with. `live` is the liveness nonce it is bound to, or NULL. */
struct box {
    const uint8_t *shared; /* 32: what agree() gave */
    bytes meta;            /* encoded */
    const uint8_t *live;   /* 24, or NULL */
    const uint8_t *nonce;  /* 24 */
    bytes combination;     /* encoded; the hybrid box only */
};
bytes classic_seal(const struct box *b, bytes plaintext);
bool classic_open(const struct box *b, bytes ciphertext, bytes *plaintext);
bytes hybrid_seal(const struct box *b, const uint8_t *kem_pk, const uint8_t coins[32],
                  bytes plaintext, uint8_t kem[KEM_CIPHER]);
bool hybrid_open(const struct box *b, const uint8_t kem_seed[KEM_SEED],
                 const uint8_t kem[KEM_CIPHER], bytes ciphertext, bytes *plaintext);

/* Kyber768 of round 3 (kem.c). */
void kem_public(const uint8_t seed[KEM_SEED], uint8_t pk[KEM_PUBLIC]);
void kem_encapsulate(const uint8_t *pk, const uint8_t coins[32], uint8_t kem[KEM_CIPHER],
                     uint8_t secret[32]);
void kem_decapsulate(const uint8_t seed[KEM_SEED], const uint8_t kem[KEM_CIPHER],
                     uint8_t secret[32]);

void stream_key(bytes meeting_key, bytes label_fields, uint8_t key[32]);
bytes packet_seal(const uint8_t key[32], uint32_t number, uint64_t counter, bytes plaintext);
/* `body` is ciphertext and tag. */
bool packet_open(const uint8_t key[32], uint32_t number, uint64_t counter, bytes body,
                 bytes *plaintext);

void security_code(const uint8_t ivk[32], char digits[40]);

#endif
