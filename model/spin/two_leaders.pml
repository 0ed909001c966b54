/*
 * Two leaders at once: the rules of lists, heartbeats and takeovers, for Spin.
 *
 * Written by hand from the rules (docs/generated/rules.md) and the client's description
 * (docs/client.md), not from the Rust sources and not generated: a second derivation of the same
 * protocol. tests/spin.rs runs it and compares what it finds with Conclave's own explorer, which
 * walks the same meeting with whole clients.
 *
 * The meeting. Alice leads; Bob and Carol are in it, and everybody has everybody's announcement and
 * liveness nonce. Nobody comes or goes and no time passes. The server relays at once whatever is
 * posted, to those whom it told that the author leads; sealed keys wait for the others until they are
 * told so. It may name Alice or Carol as leader to anybody, CHANGES times. A leader's user locks or
 * unlocks, LOCKS times in all.
 *
 * Left out, since here it is the same for everybody or never happens: bytes and keys (what a party
 * made nobody else makes; hashes do not collide), devices on the list, departures, rejoins, packets,
 * clocks (a heartbeat's timestamp equals its counter t while no time passes), the lock requests of
 * co-hosts, coalescing of long lists, and what was posted before the slice begins: links and
 * heartbeats of versions 1 and 2, behind everybody's list (so HBT-11 cannot be taken away here).
 *
 * Options of the preprocessor:
 *   CHANGES, LOCKS  the budgets
 *   WITHOUT_HBT_13  a heartbeat need not name the one before it
 *   WITHOUT_HBT_09  the counter of heartbeats need not increase; nor their timestamp (HBT-14)
 *   WITHOUT_HBT_12  the number of the newest key may go back
 *   WITHOUT_ELE_09  keys nobody certified survive a change of the leader
 */

#ifndef CHANGES
#define CHANGES 3
#endif
#ifndef LOCKS
#define LOCKS 1
#endif

#define ALICE 0
#define BOB 1
#define CAROL 2
#define NOBODY 3
#define PARTIES 3

/*
 * The list. A link names the hash of the link before it (MEM-03), so a hash stands for the whole
 * chain: here it is the string of operations since the list with which the slice begins, three bits
 * each, and that list is 0. Two leaders that make the same link after the same list make the same
 * list. A snapshot says whether the meeting is locked, so that there are two kinds.
 */
#define SNAPSHOT 1
#define SNAPSHOT_LOCKED 2
#define LOCK 3
#define UNLOCK 4
#define LAST(list) ((list) & 7)
#define BEFORE(list) ((list) >> 3)
#define IS_SNAPSHOT(list) (LAST(list) == SNAPSHOT || LAST(list) == SNAPSHOT_LOCKED)
#define LOCKED(list) (LAST(list) == SNAPSHOT_LOCKED || LAST(list) == LOCK)
/* v: how many operations. No digit is 0. */
#define V(list) (((list) > 0) + ((list) >= 8) + ((list) >= 64) + ((list) >= 512) + \
                 ((list) >= 4096) + ((list) >= 32768) + ((list) >= 262144) + \
                 ((list) >= 2097152) + ((list) >= 16777216))

/* What a leader posts: always a link and the heartbeat that certifies it (HBT-16). */
#define POSTS_MAX (CHANGES + LOCKS + 1)
/* Heartbeats are named by their author and place on the author's board, from 1. */
#define BEAT(author, nth) ((author) * 16 + (nth) + 1)
#define NO_BEAT 0
/* Sealed keys are named by their author and number. */
#define KEY(author, number) ((author) * 16 + (number))

typedef Post {
    int list;   /* the link, with all before it; and what the heartbeat certifies */
    byte t;     /* the heartbeat: its counter, */
    byte mk;    /* the number of the newest key, */
    byte prev   /* and the heartbeat before it (HBT-07) */
};

typedef Board {
    Post post[POSTS_MAX];
    byte posts
};
Board board[PARTIES];   /* Bob's stays empty */

/* Keys 1 to 3 are from before and everybody has number 3. */
#define FIRST_MK 3
#define KEYS_MAX (CHANGES + 1)
#define TAKEN_MAX 14

typedef Party {
    bool leads;
    byte leader;            /* whom a participant was told of */
    bool changed;           /* no heartbeat since the leader changed */
    int list;
    int ahead;              /* the last link that no heartbeat certified; the others are its prefixes */
    byte aheads;            /* how many there are */
    byte t;                 /* the last heartbeat sent or taken: counter, */
    byte mk;                /* greatest number certified, */
    byte beat;              /* name */
    byte ring[KEYS_MAX];    /* who made the key number FIRST_MK + 1 + n, plus 1; 0 is none */
    byte newest;            /* the number of the key taken last, FIRST_MK if there is none after it */
    byte taken[TAKEN_MAX];  /* every heartbeat sent or taken */
    byte takens;
    byte early[KEYS_MAX];   /* sealed keys of leaders it does not follow, oldest first */
    byte earlies
};
Party party[PARTIES];

byte changes = CHANGES;
byte locks = LOCKS;

/* Scratch: 0 between moves. */
byte p, q, n, from, at, upto, one, two, i, j, k, l;
int head, list;
bool certifies, rotates;
/* What a goal found. The verifier goes on after errors (./pan -c0), so they are scratch too. */
bool hist_broken, agree_key_broken;

#define FOLLOWS(who) (party[who].leads -> who : party[who].leader)
#define P party[p]
#define Q party[q]
#define POST board[from].post[at]

/* A party that sent or took a heartbeat. */
inline note_beat(who, name) {
    if
    :: party[who].beat != name ->
        assert(party[who].takens < TAKEN_MAX);
        party[who].taken[party[who].takens] = name;
        party[who].takens++
    :: else
    fi;
    party[who].beat = name
}

/* A link comes to participant q. */
inline take_link() {
    if
    :: Q.aheads > 0 -> head = Q.ahead
    :: else -> head = Q.list
    fi;
    if
    /* The first link of a leader who took over is a snapshot, and starts anew (ELE-03, MEM-10). */
    :: Q.changed && Q.aheads == 0 && IS_SNAPSHOT(POST.list) -> Q.ahead = POST.list; Q.aheads = 1
    :: else ->
        if
        :: head == BEFORE(POST.list) -> Q.ahead = POST.list; Q.aheads++   /* MEM-01, MEM-21 */
        :: else   /* rejected */
        fi
    fi
}

#ifndef WITHOUT_HBT_09
#define HBT_09 (POST.t > Q.t)
#else
#define HBT_09 true
#endif
#define HBT_11 (V(POST.list) >= V(Q.list))
#ifndef WITHOUT_HBT_12
#define HBT_12 (POST.mk >= Q.mk)
#else
#define HBT_12 true
#endif
#ifndef WITHOUT_HBT_13
#define HBT_13 (POST.prev == Q.beat)
#else
#define HBT_13 true
#endif

/* A heartbeat comes to participant q. */
inline take_beat() {
    /* HBT-10: it certifies the list, or one of the links ahead; upto says how many. */
    certifies = (POST.list == Q.list);
    upto = 0;
    if
    :: !certifies ->
        k = 1;
        do
        :: k <= Q.aheads ->
            if
            :: !certifies && (Q.ahead >> (3 * (Q.aheads - k))) == POST.list ->
                certifies = true; upto = k
            :: else
            fi;
            k++
        :: else -> break
        od
    :: else
    fi;
    if
    :: certifies && HBT_09 && HBT_11 && HBT_12 && HBT_13 ->
        Q.list = POST.list;
        Q.aheads = Q.aheads - upto;
        if
        :: Q.aheads == 0 -> Q.ahead = 0
        :: else
        fi;
        Q.t = POST.t;
        if
        :: POST.mk > Q.mk -> Q.mk = POST.mk
        :: else
        fi;
        note_beat(q, BEAT(from, at));
        Q.changed = false
    :: else   /* ignored or rejected */
    fi
}

/* What is at this place on the board comes to participant q. */
inline hear() {
    if
    :: POST.list != 0 -> take_link()
    :: else   /* links up to the first list are behind everybody */
    fi;
    take_beat()
}

/* A sealed key: opened by who knows its author as the leader (ROT-01), taken if the number is greater
   than all held (ROT-02, ROT-03). */
inline take_key(number, author) {
    if
    :: (number) > Q.newest ->
        Q.ring[(number) - FIRST_MK - 1] = (author) + 1;
        Q.newest = (number)
    :: else
    fi
}

/* The keys of `from` that waited for q to be told of it come to q. */
inline take_early() {
    i = 0;
    j = 0;
    do
    :: i < Q.earlies ->
        k = Q.early[i];
        Q.early[i] = 0;
        if
        :: k / 16 == from -> take_key(k % 16, from)
        :: else -> Q.early[j] = k; j++
        fi;
        i++
    :: else -> break
    od;
    Q.earlies = j
}

/* The leader p appends the operation n, certifies it, and everybody who was told of p hears it. */
inline append_and_beat() {
    from = p;
    at = board[from].posts;
    P.list = (P.list << 3) | n;
    P.t++;
    if
    :: P.newest > P.mk -> P.mk = P.newest
    :: else
    fi;
    POST.list = P.list;
    POST.t = P.t;
    POST.mk = P.newest;
    POST.prev = P.beat;
    board[from].posts++;
    note_beat(p, BEAT(from, at));
    q = 0;
    do
    :: q < PARTIES ->
        if
        :: q != p && !Q.leads && Q.leader == p ->
            hear();
            if
            :: rotates -> take_key(P.newest, p)
            :: else
            fi
        :: q != p && rotates && FOLLOWS(q) != p ->
            Q.early[Q.earlies] = KEY(p, P.newest);
            Q.earlies++
        :: else
        fi;
        q++
    :: else -> break
    od
}

/* ELE-09: keys of party q that no heartbeat certified are dropped when the leader changes. */
inline drop_uncertified() {
#ifndef WITHOUT_ELE_09
    Q.newest = FIRST_MK;
    k = FIRST_MK + 1;
    do
    :: k <= FIRST_MK + KEYS_MAX ->
        if
        :: k > Q.mk -> Q.ring[k - FIRST_MK - 1] = 0
        :: else ->
            if
            :: Q.ring[k - FIRST_MK - 1] != 0 -> Q.newest = k
            :: else
            fi
        fi;
        k++
    :: else -> break
    od
#else
    skip
#endif
}

/* The user of leader p locks or unlocks (LCK-01). */
inline lock() {
    locks--;
    if
    :: LOCKED(P.list) -> n = UNLOCK
    :: else -> n = LOCK
    fi;
    append_and_beat()
}

/* p was named leader, to itself. */
inline take_over() {
    q = p;
    drop_uncertified();
    P.leads = true;
    P.leader = NOBODY;
    P.changed = false;
    P.ahead = 0;
    P.aheads = 0;
    P.t = 0;
    /* ELE-05, ELE-04: a new key, one above the numbers certified and held. */
    k = P.newest;
    if
    :: P.mk > k -> k = P.mk
    :: else
    fi;
    P.newest = k + 1;
    P.ring[P.newest - FIRST_MK - 1] = p + 1;
    rotates = true;
    /* ELE-03: the list as it is, in one link; LCK-08: with its lock. ELE-06: the heartbeat names the
       last one taken. */
    if
    :: LOCKED(P.list) -> n = SNAPSHOT_LOCKED
    :: else -> n = SNAPSHOT
    fi;
    append_and_beat()
}

/* q is told that `from` leads, and is handed the leader's board from the last snapshot on. */
inline follow() {
    Q.leads = false;                        /* ELE-07 */
    drop_uncertified();
    Q.changed = true;
    Q.ahead = 0;
    Q.aheads = 0;
    Q.t = 0;
    Q.leader = from;
    at = 0;
    n = 0;
    do
    :: n < board[from].posts ->
        if
        :: IS_SNAPSHOT(board[from].post[n].list) -> at = n
        :: else
        fi;
        n++
    :: else -> break
    od;
    do
    :: at < board[from].posts -> hear(); at++
    :: else -> break
    od;
    take_early()
}

/* The server names `to` to `who`. */
inline name(who, to) {
    changes--;
    if
    :: who == to -> p = who; take_over()
    :: else -> q = who; from = to; follow()
    fi
}

#define LIST_OF(beat) board[((beat) - 1) / 16].post[((beat) - 1) % 16].list

/* HIST: who shares a heartbeat agrees on every list certified up to it, that one too. */
inline judge_history() {
    one = 0;
    do
    :: one < PARTIES ->
        two = one + 1;
        do
        :: two < PARTIES ->
            i = 0;
            do
            :: i < party[one].takens ->
                j = 0;
                do
                :: j < party[two].takens && party[two].taken[j] != party[one].taken[i] -> j++
                :: else -> break
                od;
                if
                :: j < party[two].takens -> judge_before()
                :: else
                fi;
                i++
            :: else -> break
            od;
            two++
        :: else -> break
        od;
        one++
    :: else -> break
    od
}

/* The heartbeats of one up to i against those of two up to j: one list for each version. */
inline judge_before() {
    k = 0;
    do
    :: k <= i ->
        l = 0;
        do
        :: l <= j ->
            head = LIST_OF(party[one].taken[k]);
            list = LIST_OF(party[two].taken[l]);
            if
            :: V(head) == V(list) && head != list -> hist_broken = true
            :: else
            fi;
            l++
        :: else -> break
        od;
        k++
    :: else -> break
    od
}

/* AGREE-KEY: who has the same last heartbeat has the same key under each number it certifies. */
inline judge_keys() {
    one = 0;
    do
    :: one < PARTIES ->
        two = one + 1;
        do
        :: two < PARTIES ->
            if
            :: party[one].beat == party[two].beat ->
                k = FIRST_MK + 1;
                do
                :: k <= FIRST_MK + KEYS_MAX ->
                    i = party[one].ring[k - FIRST_MK - 1];
                    j = party[two].ring[k - FIRST_MK - 1];
                    if
                    :: i != 0 && j != 0 && i != j && k <= party[one].mk && k <= party[two].mk ->
                        agree_key_broken = true
                    :: else
                    fi;
                    k++
                :: else -> break
                od
            :: else
            fi;
            two++
        :: else -> break
        od;
        one++
    :: else -> break
    od
}

inline judge() {
    judge_history();
    judge_keys();
    assert(!hist_broken);
    assert(!agree_key_broken);
    hist_broken = false;
    agree_key_broken = false;
    p = 0; q = 0; n = 0; from = 0; at = 0; upto = 0; one = 0; two = 0;
    i = 0; j = 0; k = 0; l = 0; head = 0; list = 0; certifies = false; rotates = false
}

inline start(who, whom) {
    party[who].leader = whom;
    party[who].t = FIRST_MK;
    party[who].mk = FIRST_MK;
    party[who].newest = FIRST_MK;
    party[who].beat = BEAT(ALICE, 0);
    party[who].taken[0] = BEAT(ALICE, 0);
    party[who].takens = 1
}

init {
    d_step {
        start(ALICE, NOBODY);
        start(BOB, ALICE);
        start(CAROL, ALICE);
        party[ALICE].leads = true;
        board[ALICE].post[0].t = FIRST_MK;
        board[ALICE].post[0].mk = FIRST_MK;
        board[ALICE].post[0].prev = NO_BEAT;
        board[ALICE].posts = 1
    };
end:
    do
    :: d_step { locks > 0 && party[ALICE].leads -> p = ALICE; lock(); judge() }
    :: d_step { locks > 0 && party[CAROL].leads -> p = CAROL; lock(); judge() }
    :: d_step { changes > 0 && FOLLOWS(ALICE) != ALICE -> name(ALICE, ALICE); judge() }
    :: d_step { changes > 0 && FOLLOWS(ALICE) != CAROL -> name(ALICE, CAROL); judge() }
    :: d_step { changes > 0 && FOLLOWS(BOB) != ALICE -> name(BOB, ALICE); judge() }
    :: d_step { changes > 0 && FOLLOWS(BOB) != CAROL -> name(BOB, CAROL); judge() }
    :: d_step { changes > 0 && FOLLOWS(CAROL) != ALICE -> name(CAROL, ALICE); judge() }
    :: d_step { changes > 0 && FOLLOWS(CAROL) != CAROL -> name(CAROL, CAROL); judge() }
    od
}
