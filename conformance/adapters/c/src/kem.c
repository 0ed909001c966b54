/* Kyber768 of round 3, by PQClean's C code (see the Makefile). That code draws its own randomness;
 * what it draws is given to it here, since draws come from outside. */
#include <sodium.h>

#include "crypto.h"

/* From PQClean's api.h, whose package has no stable folder to include it from. */
int PQCLEAN_KYBER768_CLEAN_crypto_kem_keypair(uint8_t *pk, uint8_t *sk);
int PQCLEAN_KYBER768_CLEAN_crypto_kem_enc(uint8_t *ct, uint8_t *ss, const uint8_t *pk);
int PQCLEAN_KYBER768_CLEAN_crypto_kem_dec(uint8_t *ss, const uint8_t *ct, const uint8_t *sk);
int PQCRYPTO_RUST_randombytes(uint8_t *to, size_t n);

static bytes given;

/* The name the package gives the function. Key generation draws d, then z; encapsulation once. */
int PQCRYPTO_RUST_randombytes(uint8_t *to, size_t n)
{
    if (n > given.n) fatal("Kyber draws more than it should");
    memcpy(to, given.at, n);
    given = (bytes){given.at + n, given.n - n};
    return 0;
}

enum { KEM_SECRET = 2400 };

static void key_pair(const uint8_t seed[KEM_SEED], uint8_t *pk, uint8_t *sk)
{
    given = (bytes){seed, KEM_SEED};
    if (PQCLEAN_KYBER768_CLEAN_crypto_kem_keypair(pk, sk) != 0) fatal("Kyber failed");
}

void kem_public(const uint8_t seed[KEM_SEED], uint8_t pk[KEM_PUBLIC])
{
    uint8_t sk[KEM_SECRET];
    key_pair(seed, pk, sk);
    sodium_memzero(sk, sizeof sk);
}

void kem_encapsulate(const uint8_t *pk, const uint8_t coins[32], uint8_t kem[KEM_CIPHER],
                     uint8_t secret[32])
{
    given = (bytes){coins, 32};
    if (PQCLEAN_KYBER768_CLEAN_crypto_kem_enc(kem, secret, pk) != 0) fatal("Kyber failed");
}

void kem_decapsulate(const uint8_t seed[KEM_SEED], const uint8_t kem[KEM_CIPHER],
                     uint8_t secret[32])
{
    uint8_t pk[KEM_PUBLIC], sk[KEM_SECRET];
    key_pair(seed, pk, sk);
    if (PQCLEAN_KYBER768_CLEAN_crypto_kem_dec(secret, kem, sk) != 0) fatal("Kyber failed");
    sodium_memzero(sk, sizeof sk);
}
