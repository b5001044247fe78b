;; The inner loops of the log scanner. Its memory is laid out by wasm-finder.ts, which also fills the tables:
;;
;;        0  filter: for each upper half of a product (2^16), u8: 1 if a gram has it
;;    65536  heads: for each hash (2^14), u16: 1 + the index of the first gram with it, or 0
;;    98304  grams, 16 bytes each: i32 the product, u16 its needle, u16 its place in the needle, u16 next (1 + index, or 0)
;;   163840  needles, 8 bytes each: u32 where its bytes are, u32 how many
;;   196608  bytes of the needles
;;   245760  the text
;;  2473984  what is kept: i32 the first needle of the rule, i32 where its `before` is and i32 how long, i32 the length of
;;           a key, i32 how much of the line's end belongs to it, i32 where the next record goes; f64 at 2474008 the byte
;;           offset of address 0; then the bytes of `before`
;;  2478080  heads: for each hash of a key (2^14), i32: its first record, or 0
;;  2543616  records, one after another: i32 the next of the same hash, or 0, i32 room for bytes, i32 the length of the
;;           line, 0 if another record took its place, i32 where in it the key stands, i32 how much of the key is at
;;           its end, 4 bytes of nothing, f64 its byte offset, and its bytes
;;
;; A gram stands in the table as a product: that of a little-endian i32 with $factor, which is 2^32 over the golden
;; ratio, shifted left if needles are short, so that fewer than four bytes count. Of every needle `stride` grams at
;; places that follow one another are in the table: so a look at every `stride`-th byte of the text meets each needle
;; exactly once.
;;
;; The filter alone is read at most looks. What passes it costs as much as fifty looks, so that it tells 2^16 apart
;; although a core keeps but half of that nearest: with 2^15 or 2^17 the search is slower (November 2026). A hash is the
;; product's upper 14 bits. It is written out wherever it is needed: the engines of 2026 call a function for it otherwise.
;;
;; Memory that nothing was kept in takes no place: it was never touched.
(module
  (memory (export "memory") 104 104)
  (global $needle (mut i32) (i32.const -1))

  ;; Whether `length` bytes at $a and at $b are equal: eight at a time, then one.
  (func $equal (param $a i32) (param $b i32) (param $length i32) (result i32)
    (local $stop i32)
    (local.set $stop (i32.add (local.get $a) (local.get $length)))
    (block $differ
      (block $few
        (loop $eight
          (br_if $few (i32.gt_u (i32.add (local.get $a) (i32.const 8)) (local.get $stop)))
          (br_if $differ (i64.ne (i64.load (local.get $a)) (i64.load (local.get $b))))
          (local.set $a (i32.add (local.get $a) (i32.const 8)))
          (local.set $b (i32.add (local.get $b) (i32.const 8)))
          (br $eight)))
      (block $same
        (loop $one
          (br_if $same (i32.ge_u (local.get $a) (local.get $stop)))
          (br_if $differ (i32.ne (i32.load8_u (local.get $a)) (i32.load8_u (local.get $b))))
          (local.set $a (i32.add (local.get $a) (i32.const 1)))
          (local.set $b (i32.add (local.get $b) (i32.const 1)))
          (br $one)))
      (return (i32.const 1)))
    (i32.const 0))

  ;; The needle that lies over $at and within $from to $end, one before $below: where it begins, or -1.
  (func $verify (param $at i32) (param $product i32) (param $from i32) (param $end i32) (param $below i32)
    (result i32)
    (local $head i32) (local $entry i32) (local $needle i32) (local $start i32) (local $length i32)
    (local.set $head (i32.load16_u offset=65536
      (i32.shl (i32.shr_u (local.get $product) (i32.const 18)) (i32.const 1))))
    (loop $chain
      (local.set $entry (i32.add (i32.const 98288) (i32.shl (local.get $head) (i32.const 4))))
      (if (i32.eq (i32.load (local.get $entry)) (local.get $product))
        (then
          (local.set $needle (i32.load16_u offset=4 (local.get $entry)))
          (local.set $start (i32.sub (local.get $at) (i32.load16_u offset=6 (local.get $entry))))
          (local.set $length (i32.load offset=163844 (i32.shl (local.get $needle) (i32.const 3))))
          (if (i32.and
                (i32.lt_u (local.get $needle) (local.get $below))
                (i32.and
                  (i32.ge_s (local.get $start) (local.get $from))
                  (i32.le_u (i32.add (local.get $start) (local.get $length)) (local.get $end))))
            (then
              (if (call $equal
                    (local.get $start)
                    (i32.load offset=163840 (i32.shl (local.get $needle) (i32.const 3)))
                    (local.get $length))
                (then
                  (global.set $needle (local.get $needle))
                  (return (local.get $start))))))))
      (local.set $head (i32.load16_u offset=8 (local.get $entry)))
      (br_if $chain (local.get $head)))
    (i32.const -1))

  ;; Where the first needle before $below begins that lies within $from to $end, or -1; which one, in `needle`. Of needles
  ;; on one line another than the first may be told.
  (func $seek (param $from i32) (param $end i32) (param $stride i32) (param $factor i32) (param $below i32) (result i32)
    (local $at i32) (local $last i32) (local $unrolled i32) (local $hit i32)
    (local.set $at (i32.sub (i32.add (local.get $from) (local.get $stride)) (i32.const 1)))
    ;; A gram may be read a few bytes beyond $end: the memory has them, and `verify` looks at $end.
    (local.set $last (i32.sub (local.get $end) (i32.const 1)))
    (local.set $unrolled (i32.sub (local.get $last) (i32.mul (local.get $stride) (i32.const 7))))
    (block $done
      (loop $next
        (block $met
          (block $near
            ;; The stride of discovery's own needles: with places that stand in the code a look takes a twelfth less. Which of
            ;; eight looks met something the slow loop finds again.
            (if (i32.eq (local.get $stride) (i32.const 10))
              (then
                (block $close
                  (loop $ten
                    (br_if $close (i32.gt_s (local.get $at) (local.get $unrolled)))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=0 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=10 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=20 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=30 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=40 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=50 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=60 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (br_if $close (i32.load8_u (i32.shr_u (i32.mul (i32.load offset=70 (local.get $at)) (local.get $factor)) (i32.const 16))))
                    (local.set $at (i32.add (local.get $at) (i32.const 80)))
                    (br $ten)))
                (br $near)))
            ;; Eight looks without one at the end.
            (loop $fast
              (br_if $near (i32.gt_s (local.get $at) (local.get $unrolled)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br $fast)))
          (loop $slow
            (br_if $done (i32.gt_s (local.get $at) (local.get $last)))
            (br_if $met (i32.load8_u (i32.shr_u (i32.mul (i32.load (local.get $at)) (local.get $factor)) (i32.const 16))))
            (local.set $at (i32.add (local.get $at) (local.get $stride)))
            (br $slow)))
        (local.set $hit (call $verify
          (local.get $at)
          (i32.mul (i32.load (local.get $at)) (local.get $factor))
          (local.get $from)
          (local.get $end)
          (local.get $below)))
        (if (i32.ge_s (local.get $hit) (i32.const 0)) (then (return (local.get $hit))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br $next)))
    (i32.const -1))

  ;; Where a needle within $from to $end begins, or -1. Lines that are kept are passed over: $from is no place within one.
  (func (export "find") (param $from i32) (param $end i32) (param $stride i32) (param $factor i32) (result i32)
    (local $hit i32) (local $start i32) (local $stop i32) (local $rule i32)
    (local.set $rule (i32.load (i32.const 2473984)))
    (loop $next
      (local.set $hit (call $seek
        (local.get $from) (local.get $end) (local.get $stride) (local.get $factor) (i32.const 65536)))
      (if (i32.lt_s (local.get $hit) (i32.const 0)) (then (return (i32.const -1))))
      (if (i32.lt_u (global.get $needle) (local.get $rule)) (then (return (local.get $hit))))
      (local.set $start (call $lineStart (local.get $hit) (local.get $from)))
      (local.set $stop (call $lineEnd (local.get $hit) (local.get $end)))
      (if (i32.ge_s
            (call $seek
              (local.get $start) (local.get $stop) (local.get $stride) (local.get $factor) (local.get $rule))
            (i32.const 0))
        (then (return (local.get $hit))))
      (if (i32.eqz (call $keep (local.get $start) (local.get $stop))) (then (return (local.get $hit))))
      (local.set $from (local.get $stop))
      (br $next))
    (unreachable))

  ;; Keeps the line from $start to $stop in place of the one that was kept of its key. 0 if it has no key, is longer
  ;; than 4 KiB, or there is no room.
  (func $keep (param $start i32) (param $stop i32) (result i32)
    (local $at i32) (local $size i32) (local $tail i32) (local $key i32) (local $ending i32) (local $hash i32)
    (local $link i32) (local $record i32) (local $fresh i32) (local $room i32)
    (local $block i32) (local $places i32) (local $first v128) (local $second v128)
    (local.set $size (i32.sub (local.get $stop) (local.get $start)))
    (if (i32.gt_u (local.get $size) (i32.const 4096)) (then (return (i32.const 0))))
    ;; The first `before`, by its first two bytes at sixteen places at a time.
    (local.set $block (local.get $start))
    (local.set $first (i8x16.splat (i32.load8_u (i32.load (i32.const 2473988)))))
    (local.set $second (i8x16.splat (i32.load8_u offset=1 (i32.load (i32.const 2473988)))))
    (block $met
      (loop $forth
        (if (i32.ge_u (local.get $block) (local.get $stop)) (then (return (i32.const 0))))
        (local.set $places (i8x16.bitmask (v128.and
          (i8x16.eq (v128.load (local.get $block)) (local.get $first))
          (i8x16.eq (v128.load offset=1 (local.get $block)) (local.get $second)))))
        (block $none
          (loop $place
            (br_if $none (i32.eqz (local.get $places)))
            (local.set $at (i32.add (local.get $block) (i32.ctz (local.get $places))))
            (if (i32.gt_u (i32.add (local.get $at) (i32.load (i32.const 2473992))) (local.get $stop))
              (then (return (i32.const 0))))
            (br_if $met
              (call $equal (local.get $at) (i32.load (i32.const 2473988)) (i32.load (i32.const 2473992))))
            (local.set $places (i32.and (local.get $places) (i32.sub (local.get $places) (i32.const 1))))
            (br $place)))
        (local.set $block (i32.add (local.get $block) (i32.const 16)))
        (br $forth)))
    (local.set $key (i32.sub (local.get $at) (i32.load (i32.const 2473996))))
    (if (i32.lt_s (local.get $key) (local.get $start)) (then (return (i32.const 0))))
    (local.set $tail (i32.sub (local.get $stop) (i32.load (i32.const 2474000))))
    (if (i32.lt_s (local.get $tail) (local.get $at)) (then (local.set $tail (local.get $at))))
    (local.set $ending (i32.sub (local.get $stop) (local.get $tail)))
    (local.set $hash (call $hash
      (call $hash (i32.const 0) (local.get $key) (local.get $at)) (local.get $tail) (local.get $stop)))
    ;; What was kept of the key: $link is where its address stands, or would.
    (local.set $link (i32.add
      (i32.const 2478080)
      (i32.shl (i32.shr_u (local.get $hash) (i32.const 18)) (i32.const 2))))
    (block $known
      (loop $chain
        (local.set $record (i32.load (local.get $link)))
        (br_if $known (i32.eqz (local.get $record)))
        (if (i32.eq (i32.load offset=16 (local.get $record)) (local.get $ending))
          (then
            (br_if $known (i32.and
              (call $equal
                (local.get $key)
                (i32.add (i32.add (local.get $record) (i32.const 32)) (i32.load offset=12 (local.get $record)))
                (i32.load (i32.const 2473996)))
              (call $equal
                (local.get $tail)
                (i32.sub
                  (i32.add (i32.add (local.get $record) (i32.const 32)) (i32.load offset=8 (local.get $record)))
                  (local.get $ending))
                (local.get $ending))))))
        (local.set $link (local.get $record))
        (br $chain)))
    ;; A record of its own, or a roomier one: lines of one key are much alike.
    (local.set $room (select
      (i32.load offset=4 (local.get $record))
      (i32.const 0)
      (local.get $record)))
    (if (i32.lt_u (local.get $room) (local.get $size))
      (then
        (local.set $room (i32.and (i32.add (local.get $size) (i32.const 31)) (i32.const -16)))
        (local.set $fresh (i32.load (i32.const 2474004)))
        (if (i32.gt_u
              (i32.add (i32.add (local.get $fresh) (i32.const 32)) (local.get $room))
              (i32.shl (memory.size) (i32.const 16)))
          (then (return (i32.const 0))))
        (i32.store (i32.const 2474004) (i32.add (i32.add (local.get $fresh) (i32.const 32)) (local.get $room)))
        (if (local.get $record)
          (then
            (i32.store (local.get $fresh) (i32.load (local.get $record)))
            (i32.store offset=8 (local.get $record) (i32.const 0)))
          (else (i32.store (local.get $fresh) (i32.const 0))))
        (i32.store (local.get $link) (local.get $fresh))
        (i32.store offset=4 (local.get $fresh) (local.get $room))
        (local.set $record (local.get $fresh))))
    (i32.store offset=8 (local.get $record) (local.get $size))
    (i32.store offset=12 (local.get $record) (i32.sub (local.get $key) (local.get $start)))
    (i32.store offset=16 (local.get $record) (local.get $ending))
    (f64.store offset=24 (local.get $record)
      (f64.add (f64.load (i32.const 2474008)) (f64.convert_i32_u (local.get $start))))
    (memory.copy (i32.add (local.get $record) (i32.const 32)) (local.get $start) (local.get $size))
    (i32.const 1))

  ;; The hash of what has $hash and of the bytes after it, four at a time and then one. Its upper bits are the better ones.
  (func $hash (param $hash i32) (param $from i32) (param $end i32) (result i32)
    (block $few
      (loop $four
        (br_if $few (i32.gt_u (i32.add (local.get $from) (i32.const 4)) (local.get $end)))
        (local.set $hash (call $mix (local.get $hash) (i32.load (local.get $from))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (br $four)))
    (block $done
      (loop $one
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $hash (call $mix (local.get $hash) (i32.load8_u (local.get $from))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $one)))
    (local.get $hash))

  (func $mix (param $hash i32) (param $word i32) (result i32)
    (i32.mul (i32.xor (i32.rotl (local.get $hash) (i32.const 5)) (local.get $word)) (i32.const 0x9e3779b1)))

  ;; Where the line begins that $at is in: after a newline before $at, or at $from.
  (func $lineStart (export "lineStart") (param $at i32) (param $from i32) (result i32)
    (local $met i32)
    (block $first
      (loop $back
        (br_if $first (i32.le_s (local.get $at) (local.get $from)))
        (local.set $at (i32.sub (local.get $at) (i32.const 16)))
        (local.set $met (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (i32.const 10)))))
        (br_if $back (i32.eqz (local.get $met))))
      (local.set $at (i32.sub (i32.add (local.get $at) (i32.const 32)) (i32.clz (local.get $met))))
      (if (i32.gt_s (local.get $at) (local.get $from)) (then (return (local.get $at)))))
    (local.get $from))

  ;; Where the newline is that ends the line that $at is in, or $end.
  (func $lineEnd (export "lineEnd") (param $at i32) (param $end i32) (result i32)
    (local $met i32)
    (block $last
      (loop $forth
        (br_if $last (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $met (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (i32.const 10)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $forth (i32.eqz (local.get $met))))
      (local.set $at (i32.add (i32.sub (local.get $at) (i32.const 16)) (i32.ctz (local.get $met))))
      (if (i32.lt_s (local.get $at) (local.get $end)) (then (return (local.get $at)))))
    (local.get $end))

  ;; How many newlines there are from $from to $end.
  (func (export "newlines") (param $from i32) (param $end i32) (result i32)
    (local $sum i32) (local $stop i32) (local $bytes v128) (local $pairs v128)
    (block $vectors_done
      (loop $blocks
        ;; A lane counts up to 255: as many vectors at most before they are added up.
        (local.set $stop (i32.add (local.get $from) (i32.const 4032)))
        (if (i32.gt_u (local.get $stop) (local.get $end))
          (then (local.set $stop (i32.add (local.get $from)
            (i32.and (i32.sub (local.get $end) (local.get $from)) (i32.const -64))))))
        (br_if $vectors_done (i32.ge_u (local.get $from) (local.get $stop)))
        (local.set $bytes (v128.const i32x4 0 0 0 0))
        (loop $vectors
          (local.set $bytes (i8x16.sub (local.get $bytes)
            (i8x16.add
              (i8x16.add
                (i8x16.eq (v128.load (local.get $from)) (i8x16.splat (i32.const 10)))
                (i8x16.eq (v128.load offset=16 (local.get $from)) (i8x16.splat (i32.const 10))))
              (i8x16.add
                (i8x16.eq (v128.load offset=32 (local.get $from)) (i8x16.splat (i32.const 10)))
                (i8x16.eq (v128.load offset=48 (local.get $from)) (i8x16.splat (i32.const 10)))))))
          (local.set $from (i32.add (local.get $from) (i32.const 64)))
          (br_if $vectors (i32.lt_u (local.get $from) (local.get $stop))))
        (local.set $pairs (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $bytes))))
        (local.set $sum (i32.add (local.get $sum)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $pairs)) (i32x4.extract_lane 1 (local.get $pairs)))
            (i32.add (i32x4.extract_lane 2 (local.get $pairs)) (i32x4.extract_lane 3 (local.get $pairs))))))
        (br $blocks)))
    (block $done
      (loop $single
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $sum (i32.add (local.get $sum) (i32.eq (i32.load8_u (local.get $from)) (i32.const 10))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $single)))
    (local.get $sum)))
