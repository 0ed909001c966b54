#include "compute.h"

#include "crypto.h"

/* Readers for the inputs of a formula; r->bad (bad_request) for what is missing or has a width that
 * no attacker could give it. */
static const uint8_t *fixed(struct reader *r, const char *name, size_t n)
{
    uint8_t *to = scratch(n);
    take_exactly(r, name, to, n);
    return to;
}

static const char *label_of(struct reader *r)
{
    bytes text = take_string(r, "label");
    for (size_t i = 0; i < LABELS; i++)
        if (bytes_equal(text, bytes_of(labels[i]))) return labels[i];
    r->bad = true;
    return "";
}

static uint64_t number(struct reader *r, const char *name, uint64_t most)
{
    uint64_t n = 0;
    bool too_large = false;
    if (!decimal_read(take_string(r, name), most, &n, &too_large) || too_large) r->bad = true;
    return n;
}

/* All fields of a layout. */
static void fields(struct reader *r, const struct layout *l, bytes *v)
{
    for (size_t i = 0; i < l->n; i++) {
        v[i] = NO_BYTES;
        if (!in_force(FORMULAS, l->fields[i].rule)) continue;
        json_t *value = take_json(r, l->fields[i].name);
        if (value_read(&l->fields[i], value, &v[i]).class != ACCEPT || !fits(&l->fields[i], v[i]))
            r->bad = true;
    }
}

static void give(json_t *out, const char *name, bytes value)
{
    json_object_set_new(out, name, json_hex(value));
}

#define ALL_TAKEN \
    if (!all_taken(r)) return BAD("inputs of another shape")

static verdict do_sign(struct reader *r, json_t *out)
{
    uint8_t sig[64];
    const uint8_t *seed = fixed(r, "seed", 32);
    const char *label = label_of(r);
    bytes message = take_hex(r, "message");
    ALL_TAKEN;
    sign(seed, label, message, sig);
    give(out, "signature", BYTES(sig));
    return OK;
}

static verdict checked(const uint8_t *ivk, const char *label, bytes message, bytes sig,
                       const char *rule)
{
    return sig.n == 64 && verify(ivk, label, message, sig.at) ? OK : REFUSE(rule);
}

static verdict do_verify(struct reader *r, json_t *out)
{
    (void)out;
    const uint8_t *ivk = fixed(r, "ivk", 32);
    const char *label = label_of(r);
    bytes message = take_hex(r, "message"), sig = take_hex(r, "signature");
    ALL_TAKEN;
    return checked(ivk, label, message, sig, "DEV-01");
}

static verdict do_agree(struct reader *r, json_t *out)
{
    uint8_t shared[32];
    const uint8_t *secret = fixed(r, "secret", 32), *public = fixed(r, "public", 32);
    ALL_TAKEN;
    if (!agree(secret, public, shared)) return REFUSE("ROT-09");
    give(out, "shared", BYTES(shared));
    return OK;
}

static verdict do_binding(struct reader *r, json_t *out)
{
    bytes v[FIELDS_MAX];
    fields(r, &BINDING, v);
    ALL_TAKEN;
    give(out, "binding", encode(FORMULAS, &BINDING, v));
    return OK;
}

static verdict do_verify_statement(struct reader *r, json_t *out)
{
    (void)out;
    bytes v[FIELDS_MAX];
    const uint8_t *key = fixed(r, "server_key", 32);
    bytes sig = take_hex(r, "signature");
    fields(r, &STATEMENT, v);
    ALL_TAKEN;
    return checked(key, labels[SIG_STATEMENT], encode(FORMULAS, &STATEMENT, v), sig, "DEV-12");
}

static struct box box_in(struct reader *r, bytes *nonce)
{
    struct box b = {.shared = fixed(r, "shared", 32), .meta = take_hex(r, "meta")};
    *nonce = take_hex(r, "nonce");
    b.nonce = nonce->at;
    return b;
}

static verdict do_classic_seal(struct reader *r, json_t *out)
{
    bytes nonce;
    struct box b = box_in(r, &nonce);
    bytes plaintext = take_hex(r, "plaintext");
    if (nonce.n != 24) r->bad = true;
    ALL_TAKEN;
    give(out, "ciphertext", classic_seal(&b, plaintext));
    return OK;
}

static verdict do_classic_open(struct reader *r, json_t *out)
{
    bytes nonce, plaintext;
    struct box b = box_in(r, &nonce);
    bytes ciphertext = take_hex(r, "ciphertext");
    ALL_TAKEN;
    if (nonce.n != 24 || !classic_open(&b, ciphertext, &plaintext)) return REFUSE("ROT-01");
    give(out, "plaintext", plaintext);
    return OK;
}

static verdict do_kem_public(struct reader *r, json_t *out)
{
    uint8_t pk[KEM_PUBLIC];
    const uint8_t *seed = fixed(r, "seed", KEM_SEED);
    ALL_TAKEN;
    kem_public(seed, pk);
    give(out, "public", BYTES(pk));
    return OK;
}

static verdict do_hybrid_seal(struct reader *r, json_t *out)
{
    bytes nonce, v[FIELDS_MAX];
    uint8_t kem[KEM_CIPHER];
    struct box b = box_in(r, &nonce);
    const uint8_t *coins = fixed(r, "coins", 32);
    bytes plaintext = take_hex(r, "plaintext");
    fields(r, &COMBINATION, v);
    if (nonce.n != 24) r->bad = true;
    ALL_TAKEN;
    b.combination = encode(FORMULAS, &COMBINATION, v);
    give(out, "ciphertext", hybrid_seal(&b, v[5].at, coins, plaintext, kem));
    give(out, "kem", BYTES(kem));
    return OK;
}

static verdict do_hybrid_open(struct reader *r, json_t *out)
{
    bytes nonce, plaintext, v[FIELDS_MAX];
    struct box b = box_in(r, &nonce);
    const uint8_t *seed = fixed(r, "kem_seed", KEM_SEED);
    bytes kem = take_hex(r, "kem"), ciphertext = take_hex(r, "ciphertext");
    fields(r, &COMBINATION, v);
    ALL_TAKEN;
    b.combination = encode(FORMULAS, &COMBINATION, v);
    if (nonce.n != 24 || kem.n != KEM_CIPHER ||
        !hybrid_open(&b, seed, kem.at, ciphertext, &plaintext))
        return REFUSE("ROT-01");
    give(out, "plaintext", plaintext);
    return OK;
}

static verdict do_stream_key(struct reader *r, json_t *out)
{
    uint8_t key[32];
    bytes v[FIELDS_MAX];
    const uint8_t *meeting_key = fixed(r, "meeting_key", 32);
    fields(r, &STREAM_KEY, v);
    ALL_TAKEN;
    stream_key((bytes){meeting_key, 32}, encode(FORMULAS, &STREAM_KEY, v), key);
    give(out, "key", BYTES(key));
    return OK;
}

static verdict do_packet_seal(struct reader *r, json_t *out)
{
    const uint8_t *key = fixed(r, "key", 32);
    uint64_t mk_seq = number(r, "mk_seq", UINT32_MAX), counter = number(r, "counter", UINT64_MAX);
    bytes plaintext = take_hex(r, "plaintext");
    ALL_TAKEN;
    give(out, "packet", packet_seal(key, (uint32_t)mk_seq, counter, plaintext));
    return OK;
}

static verdict do_packet_open(struct reader *r, json_t *out)
{
    struct packet p;
    bytes plaintext;
    const uint8_t *key = fixed(r, "key", 32);
    bytes packet = take_hex(r, "packet");
    ALL_TAKEN;
    if (!packet_split(packet, &p) || !packet_open(key, p.number, p.counter, p.body, &plaintext))
        return REFUSE("MED-01");
    static const struct field four = {"mk_seq", NUMBER, 4, 4, ALWAYS};
    static const struct field eight = {"counter", NUMBER, 8, 8, ALWAYS};
    json_object_set_new(out, "mk_seq", value_write(&four, u32_bytes(p.number)));
    json_object_set_new(out, "counter", value_write(&eight, u64_bytes(p.counter)));
    give(out, "plaintext", plaintext);
    return OK;
}

static verdict do_security_code(struct reader *r, json_t *out)
{
    char digits[40];
    const uint8_t *ivk = fixed(r, "ivk", 32);
    ALL_TAKEN;
    security_code(ivk, digits);
    json_object_set_new(out, "digits", json_string(digits));
    return OK;
}

static verdict hash_of(struct reader *r, json_t *out, const struct layout *l)
{
    uint8_t hash[32];
    bytes v[FIELDS_MAX];
    fields(r, l, v);
    ALL_TAKEN;
    sha256(encode(FORMULAS, l, v), hash);
    give(out, "hash", BYTES(hash));
    return OK;
}

static verdict do_link_hash(struct reader *r, json_t *out)
{
    return hash_of(r, out, &LINK);
}

static verdict do_heartbeat_hash(struct reader *r, json_t *out)
{
    return hash_of(r, out, &HEARTBEAT_SIGNED);
}

static verdict verify_layout(struct reader *r, const struct layout *l, enum label label, bool hashed,
                             const char *rule)
{
    uint8_t hash[32];
    bytes v[FIELDS_MAX];
    const uint8_t *ivk = fixed(r, "ivk", 32);
    bytes sig = take_hex(r, "signature");
    fields(r, l, v);
    ALL_TAKEN;
    bytes over = encode(FORMULAS, l, v);
    sha256(over, hash);
    return checked(ivk, labels[label], hashed ? BYTES(hash) : over, sig, rule);
}

static verdict do_verify_heartbeat(struct reader *r, json_t *out)
{
    (void)out;
    return verify_layout(r, &HEARTBEAT_SIGNED, SIG_LIST, true, "HBT-01");
}

static verdict do_verify_heartbeat_tuple(struct reader *r, json_t *out)
{
    (void)out;
    return verify_layout(r, &HEARTBEAT_SIGNED, SIG_LIST, false, "HBT-01");
}

static verdict do_verify_lock_request(struct reader *r, json_t *out)
{
    (void)out;
    return verify_layout(r, &LOCK_REQUEST_SIGNED, SIG_LOCK, false, "LCK-09");
}

static verdict do_decode(struct reader *r, json_t *out)
{
    static const struct layout *const readable[] = {&ANNOUNCEMENT, &SEALED_KEY,   &LINK,
                                                    &ENTRY,        &HEARTBEAT, &LOCK_REQUEST};
    bytes tag = take_string(r, "layout"), in = take_hex(r, "bytes"), v[FIELDS_MAX];
    ALL_TAKEN;
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        const struct layout *l = readable[i];
        if (!bytes_equal(tag, bytes_of(l->tag))) continue;
        if (!decode(FORMULAS, l, in, v)) return REFUSE("DEV-10");
        for (size_t k = 0; k < l->n; k++)
            json_object_set_new(out, l->fields[k].name, value_write(&l->fields[k], v[k]));
        return OK;
    }
    return BAD("no such layout");
}

static const struct {
    const char *name;
    verdict (*compute)(struct reader *, json_t *);
} formulas[] = {
    {"sign", do_sign},
    {"verify", do_verify},
    {"agree", do_agree},
    {"binding", do_binding},
    {"verify_statement", do_verify_statement},
    {"classic_seal", do_classic_seal},
    {"classic_open", do_classic_open},
    {"kem_public", do_kem_public},
    {"hybrid_seal", do_hybrid_seal},
    {"hybrid_open", do_hybrid_open},
    {"stream_key", do_stream_key},
    {"packet_seal", do_packet_seal},
    {"packet_open", do_packet_open},
    {"security_code", do_security_code},
    {"link_hash", do_link_hash},
    {"heartbeat_hash", do_heartbeat_hash},
    {"verify_heartbeat", do_verify_heartbeat},
    {"verify_heartbeat_tuple", do_verify_heartbeat_tuple},
    {"verify_lock_request", do_verify_lock_request},
    {"decode", do_decode},
};

json_t *formula_names(void)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++)
        json_array_append_new(names, json_string(formulas[i].name));
    return names;
}

verdict compute(bytes formula, json_t *inputs, json_t *outputs)
{
    const char *name;
    json_t *value;
    json_object_foreach(inputs, name, value)
        if (!json_is_string(value)) return BAD("an input that is no text");
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        if (!bytes_equal(formula, bytes_of(formulas[i].name))) continue;
        struct reader r = read_object(inputs);
        return formulas[i].compute(&r, outputs);
    }
    return (verdict){UNSUPPORTED, "no such formula"};
}
