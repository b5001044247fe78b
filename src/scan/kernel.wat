;; The inner loops of the log scanner. Its memory is laid out by wasm-finder.ts, which also fills the tables:
;;
;;        0  heads: for each hash (2^14), u16: 1 + the index of the first gram with it, or 0
;;    32768  grams, 16 bytes each: i64 the gram, u16 its needle, u16 its place in the needle, u16 next (1 + index, or 0)
;;    98304  needles, 8 bytes each: u32 where its bytes are, u32 how many
;;   131072  bytes of the needles
;;   196608  the text
;;
;; A gram is `8 - shift / 8` bytes, read as the upper bytes of a little-endian i64. Every needle is at least
;; `stride - 1` bytes longer than a gram, and its grams at places 0 to `stride - 1` are in the table: so a look at every
;; `stride`-th byte of the text meets each needle exactly once.
;;
;; A hash is the upper 14 bits of the gram times 2^64 over the golden ratio; here it always stands as twice itself, which
;; is where its head is. It is written out wherever it is needed: the engines of 2026 call a function for it otherwise.
(module
  (memory (export "memory") 37 37)
  (global $needle (export "needle") (mut i32) (i32.const -1))

  ;; Whether `length` bytes at $a and at $b are equal.
  (func $equal (param $a i32) (param $b i32) (param $length i32) (result i32)
    (local $i i32)
    (block $differ
      (block $same
        (loop $next
          (br_if $same (i32.ge_u (local.get $i) (local.get $length)))
          (br_if $differ (i32.ne
            (i32.load8_u (i32.add (local.get $a) (local.get $i)))
            (i32.load8_u (i32.add (local.get $b) (local.get $i)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next)))
      (return (i32.const 1)))
    (i32.const 0))

  ;; The needle that lies over $at and within $from to $end: where it begins, or -1. $head is not 0.
  (func $verify (param $at i32) (param $head i32) (param $gram i64) (param $from i32) (param $end i32) (result i32)
    (local $entry i32) (local $needle i32) (local $start i32) (local $length i32)
    (loop $chain
      (local.set $entry (i32.add (i32.const 32752) (i32.shl (local.get $head) (i32.const 4))))
      (if (i64.eq (i64.load (local.get $entry)) (local.get $gram))
        (then
          (local.set $needle (i32.load16_u offset=8 (local.get $entry)))
          (local.set $start (i32.sub (local.get $at) (i32.load16_u offset=10 (local.get $entry))))
          (local.set $length (i32.load offset=98308 (i32.shl (local.get $needle) (i32.const 3))))
          (if (i32.and
                (i32.ge_s (local.get $start) (local.get $from))
                (i32.le_u (i32.add (local.get $start) (local.get $length)) (local.get $end)))
            (then
              (if (call $equal
                    (local.get $start)
                    (i32.load offset=98304 (i32.shl (local.get $needle) (i32.const 3)))
                    (local.get $length))
                (then
                  (global.set $needle (local.get $needle))
                  (return (local.get $start))))))))
      (local.set $head (i32.load16_u offset=12 (local.get $entry)))
      (br_if $chain (local.get $head)))
    (i32.const -1))

  ;; Where the first needle within $from to $end begins, or -1; which one, in `needle`. A needle that begins a little
  ;; later may be told first; never one that begins `stride` bytes later.
  (func (export "find") (param $from i32) (param $end i32) (param $stride i32) (param $shift i64) (result i32)
    (local $at i32) (local $last i32) (local $unrolled i32) (local $head i32) (local $gram i64) (local $hit i32)
    (local $two i32) (local $three i32)
    (local.set $two (i32.shl (local.get $stride) (i32.const 1)))
    (local.set $three (i32.add (local.get $two) (local.get $stride)))
    (local.set $at (i32.sub (i32.add (local.get $from) (local.get $stride)) (i32.const 1)))
    ;; A gram may be read a few bytes beyond $end: the memory has them, and `verify` looks at $end.
    (local.set $last (i32.sub (local.get $end) (i32.sub (i32.const 8) (i32.wrap_i64 (i64.shr_u (local.get $shift) (i64.const 3))))))
    (local.set $unrolled (i32.sub (local.get $last) (local.get $three)))
    (block $done
      (loop $outer
        ;; Four looks at a time, as long as none meets a gram's hash.
        (block $met
          (loop $fast
            (br_if $met (i32.gt_s (local.get $at) (local.get $unrolled)))
            (br_if $met (i32.or
              (i32.or
                (i32.load16_u
                (i32.and (i32.wrap_i64 (i64.shr_u (i64.mul
                  (i64.shl (i64.load (local.get $at)) (local.get $shift))
                  (i64.const 0x9E3779B97F4A7C15)) (i64.const 49))) (i32.const 0x7ffe)))
                (i32.load16_u
                (i32.and (i32.wrap_i64 (i64.shr_u (i64.mul
                  (i64.shl (i64.load (i32.add (local.get $at) (local.get $stride))) (local.get $shift))
                  (i64.const 0x9E3779B97F4A7C15)) (i64.const 49))) (i32.const 0x7ffe))))
              (i32.or
                (i32.load16_u
                (i32.and (i32.wrap_i64 (i64.shr_u (i64.mul
                  (i64.shl (i64.load (i32.add (local.get $at) (local.get $two))) (local.get $shift))
                  (i64.const 0x9E3779B97F4A7C15)) (i64.const 49))) (i32.const 0x7ffe)))
                (i32.load16_u
                (i32.and (i32.wrap_i64 (i64.shr_u (i64.mul
                  (i64.shl (i64.load (i32.add (local.get $at) (local.get $three))) (local.get $shift))
                  (i64.const 0x9E3779B97F4A7C15)) (i64.const 49))) (i32.const 0x7ffe))))))
            (local.set $at (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 2))))
            (br $fast)))
        ;; One look after another, until one has met it or the end is near.
        (loop $slow
          (br_if $done (i32.gt_s (local.get $at) (local.get $last)))
          (local.set $gram (i64.shl (i64.load (local.get $at)) (local.get $shift)))
          (local.set $head (i32.load16_u
            (i32.and (i32.wrap_i64 (i64.shr_u (i64.mul
              (local.get $gram)
              (i64.const 0x9E3779B97F4A7C15)) (i64.const 49))) (i32.const 0x7ffe))))
          (if (local.get $head)
            (then
              (local.set $hit (call $verify (local.get $at) (local.get $head) (local.get $gram) (local.get $from) (local.get $end)))
              (if (i32.ge_s (local.get $hit) (i32.const 0)) (then (return (local.get $hit))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br $outer)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (br $slow))))
    (i32.const -1))

  ;; How many newlines there are from $from to $end.
  (func (export "newlines") (param $from i32) (param $end i32) (result i32)
    (local $sum i32) (local $stop i32) (local $bytes v128) (local $pairs v128)
    (block $vectors_done
      (loop $blocks
        ;; A lane counts up to 255: as many vectors at most before they are added up.
        (local.set $stop (i32.add (local.get $from) (i32.const 4080)))
        (if (i32.gt_u (local.get $stop) (local.get $end))
          (then (local.set $stop (i32.add (local.get $from)
            (i32.and (i32.sub (local.get $end) (local.get $from)) (i32.const -16))))))
        (br_if $vectors_done (i32.ge_u (local.get $from) (local.get $stop)))
        (local.set $bytes (v128.const i32x4 0 0 0 0))
        (loop $vectors
          (local.set $bytes (i8x16.sub (local.get $bytes)
            (i8x16.eq (v128.load (local.get $from)) (i8x16.splat (i32.const 10)))))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
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
