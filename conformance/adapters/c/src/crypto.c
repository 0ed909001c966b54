#include "crypto.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sodium.h>

const char *const labels[LABELS] = {
    [SIG_ANNOUNCEMENT] = "Zoombase-1-ClientOnly-Sig-EncryptionKeyAnnouncement",
    [KDF_KEY] = "Zoombase-1-ClientOnly-KDF-KeyMeetingSeed",
    [CIPHER_KEY] = "Zoombase-1-ClientOnly-Sig-EncryptionKeyMeetingSeed",
    [SIG_LIST] = "Zoombase1-ClientOnly-Sig-LeaderParticipantList",
    [MAC_CODE] = "Zoombase-1-ClientOnly-MAC-SecurityCode",
    [SIG_STATEMENT] = "Conclave-1-Sig-ServerStatement",
    [KDF_STREAM] = "Conclave-1-KDF-StreamKey",
    [SIG_LOCK] = "Conclave-1-Sig-LockRequest",
};

static EVP_KDF *the_hkdf;
static EVP_CIPHER *the_gcm;

void crypto_start(void)
{
    if (sodium_init() < 0) fatal("libsodium does not start");
    the_hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    the_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (the_hkdf == NULL || the_gcm == NULL) fatal("OpenSSL lacks HKDF or AES-256-GCM");
}

void random_fill(uint8_t *to, size_t n)
{
    randombytes_buf(to, n);
}

void sha256(bytes in, uint8_t out[32])
{
    crypto_hash_sha256(out, in.at, in.n);
}

static void sha3_256(bytes in, uint8_t out[32])
{
    if (EVP_Digest(in.at, in.n, out, NULL, EVP_sha3_256(), NULL) != 1) fatal("SHA3-256 failed");
}

void hkdf(bytes ikm, bytes salt, bytes info, uint8_t *out, size_t n)
{
    EVP_KDF_CTX *kdf = EVP_KDF_CTX_new(the_hkdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)ikm.at, ikm.n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.at, salt.n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.at, info.n),
        OSSL_PARAM_construct_end(),
    };
    if (kdf == NULL || EVP_KDF_derive(kdf, out, n, params) != 1) fatal("HKDF failed");
    EVP_KDF_CTX_free(kdf);
}

void identity(const uint8_t seed[32], uint8_t ivk[32])
{
    uint8_t sk[64];
    crypto_sign_seed_keypair(ivk, sk, seed);
    sodium_memzero(sk, sizeof sk);
}

static void signed_bytes(const char *context, bytes message, uint8_t out[64])
{
    sha256(bytes_of(context), out);
    sha256(message, out + 32);
}

void sign(const uint8_t seed[32], const char *context, bytes message, uint8_t sig[64])
{
    uint8_t ivk[32], sk[64], over[64];
    signed_bytes(context, message, over);
    crypto_sign_seed_keypair(ivk, sk, seed);
    crypto_sign_detached(sig, NULL, over, sizeof over, sk);
    sodium_memzero(sk, sizeof sk);
}

bool verify(const uint8_t ivk[32], const char *context, bytes message, const uint8_t sig[64])
{
    uint8_t over[64];
    signed_bytes(context, message, over);
    return crypto_sign_verify_detached(sig, over, sizeof over, ivk) == 0;
}

void agreement_public(const uint8_t secret[32], uint8_t pk[32])
{
    crypto_scalarmult_base(pk, secret);
}

bool agree(const uint8_t secret[32], const uint8_t pk[32], uint8_t shared[32])
{
    return crypto_box_beforenm(shared, pk, secret) == 0;
}

/* Hash of the context, hash of the metadata, and hash of the nonce if there is one. */
static bytes associated(const struct box *b)
{
    uint8_t *at = scratch(96);
    sha256(bytes_of(labels[CIPHER_KEY]), at);
    sha256(b->meta, at + 32);
    if (b->live == NULL) return (bytes){at, 64};
    sha256((bytes){b->live, 24}, at + 64);
    return (bytes){at, 96};
}

static void classic_key(const struct box *b, uint8_t key[32])
{
    hkdf((bytes){b->shared, 32}, NO_BYTES, bytes_of(labels[KDF_KEY]), key, 32);
}

static void hybrid_key(const struct box *b, const uint8_t kem_secret[32], uint8_t key[32])
{
    uint8_t combined[32], sum[32];
    sha3_256(b->combination, combined);
    bytes parts[] = {bytes_of(labels[KDF_KEY]), {kem_secret, 32}, {b->shared, 32}, BYTES(combined)};
    sha3_256(join_bytes(parts, 4), sum);
    hkdf(BYTES(sum), b->meta, bytes_of(labels[KDF_KEY]), key, 32);
}

static bytes box_seal(const struct box *b, uint8_t key[32], bytes plaintext)
{
    bytes ad = associated(b);
    uint8_t *to = scratch(plaintext.n + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(to, NULL, plaintext.at, plaintext.n, ad.at, ad.n,
                                               NULL, b->nonce, key);
    sodium_memzero(key, 32);
    return (bytes){to, plaintext.n + 16};
}

static bool box_open(const struct box *b, uint8_t key[32], bytes ciphertext, bytes *plaintext)
{
    bytes ad = associated(b);
    if (ciphertext.n < 16) return false;
    uint8_t *to = scratch(ciphertext.n);
    int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(
        to, NULL, NULL, ciphertext.at, ciphertext.n, ad.at, ad.n, b->nonce, key);
    sodium_memzero(key, 32);
    *plaintext = (bytes){to, ciphertext.n - 16};
    return bad == 0;
}

bytes classic_seal(const struct box *b, bytes plaintext)
{
    uint8_t key[32];
    classic_key(b, key);
    return box_seal(b, key, plaintext);
}

bool classic_open(const struct box *b, bytes ciphertext, bytes *plaintext)
{
    uint8_t key[32];
    classic_key(b, key);
    return box_open(b, key, ciphertext, plaintext);
}

bytes hybrid_seal(const struct box *b, const uint8_t *kem_pk, const uint8_t coins[32],
                  bytes plaintext, uint8_t kem[KEM_CIPHER])
{
    uint8_t secret[32], key[32];
    kem_encapsulate(kem_pk, coins, kem, secret);
    hybrid_key(b, secret, key);
    return box_seal(b, key, plaintext);
}

bool hybrid_open(const struct box *b, const uint8_t kem_seed[KEM_SEED],
                 const uint8_t kem[KEM_CIPHER], bytes ciphertext, bytes *plaintext)
{
    uint8_t secret[32], key[32];
    kem_decapsulate(kem_seed, kem, secret);
    hybrid_key(b, secret, key);
    return box_open(b, key, ciphertext, plaintext);
}

void stream_key(bytes meeting_key, bytes label_fields, uint8_t key[32])
{
    bytes label = bytes_of(labels[KDF_STREAM]);
    bytes parts[] = {u32_bytes((uint32_t)label.n), label, label_fields};
    hkdf(meeting_key, NO_BYTES, join_bytes(parts, 3), key, 32);
}

/* Key number, then the counter as the 12 bytes that are the nonce. */
static void packet_header(uint32_t number, uint64_t counter, uint8_t header[16])
{
    memset(header, 0, 16);
    memcpy(header, u32_bytes(number).at, 4);
    memcpy(header + 8, u64_bytes(counter).at, 8);
}

bytes packet_seal(const uint8_t key[32], uint32_t number, uint64_t counter, bytes plaintext)
{
    uint8_t *to = scratch(16 + plaintext.n + 16);
    packet_header(number, counter, to);
    EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
    int n = 0;
    bool done = gcm != NULL && EVP_EncryptInit_ex2(gcm, the_gcm, key, to + 4, NULL) == 1 &&
                EVP_EncryptUpdate(gcm, NULL, &n, to, 16) == 1 &&
                EVP_EncryptUpdate(gcm, to + 16, &n, plaintext.at, (int)plaintext.n) == 1 &&
                EVP_EncryptFinal_ex(gcm, to + 16 + plaintext.n, &n) == 1 &&
                EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_GET_TAG, 16, to + 16 + plaintext.n) == 1;
    if (!done) fatal("AES-GCM failed");
    EVP_CIPHER_CTX_free(gcm);
    return (bytes){to, 16 + plaintext.n + 16};
}

bool packet_open(const uint8_t key[32], uint32_t number, uint64_t counter, bytes body,
                 bytes *plaintext)
{
    if (body.n < 16) return false;
    uint8_t header[16], *to = scratch(body.n);
    size_t length = body.n - 16;
    packet_header(number, counter, header);
    EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
    if (gcm == NULL) fatal("AES-GCM failed");
    int n = 0;
    bool opened =
        EVP_DecryptInit_ex2(gcm, the_gcm, key, header + 4, NULL) == 1 &&
        EVP_DecryptUpdate(gcm, NULL, &n, header, 16) == 1 &&
        EVP_DecryptUpdate(gcm, to, &n, body.at, (int)length) == 1 &&
        EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(body.at + length)) == 1 &&
        EVP_DecryptFinal_ex(gcm, to + length, &n) == 1;
    EVP_CIPHER_CTX_free(gcm);
    *plaintext = (bytes){to, length};
    return opened;
}

void security_code(const uint8_t ivk[32], char digits[40])
{
    uint8_t over[64], hash[32];
    sha256(bytes_of(labels[MAC_CODE]), over);
    sha256((bytes){ivk, 32}, over + 32);
    sha256(BYTES(over), hash);

    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *number = BN_bin2bn(hash, sizeof hash, NULL), *limit = NULL;
    if (ctx == NULL || number == NULL ||
        BN_dec2bn(&limit, "1000000000000000000000000000000000000000") == 0 ||
        BN_mod(number, number, limit, ctx) != 1)
        fatal("big numbers failed");
    char *decimal = BN_bn2dec(number);
    if (decimal == NULL) fatal("big numbers failed");
    size_t n = strlen(decimal);
    memset(digits, '0', 39);
    memcpy(digits + 39 - n, decimal, n + 1);
    OPENSSL_free(decimal);
    BN_free(number);
    BN_free(limit);
    BN_CTX_free(ctx);
}
