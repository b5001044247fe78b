;; The inner loops of the log scanner. Its memory is laid out by wasm-finder.ts, which also fills the tables:
;;
;;        0  filter: for each hash (2^14), u8: 1 where a gram has it
;;    16384  heads: for each hash, u16: 1 + the index of the first gram with it, or 0
;;    49152  grams, 16 bytes each: i32 the gram, u16 its needle, u16 its place in the needle, u16 next (1 + index, or 0)
;;   114688  needles, 8 bytes each: u32 where its bytes are, u32 how many
;;   147456  bytes of the needles
;;   196608  the text
;;
;; A gram is the bytes of a little-endian i32 that $mask leaves: four, or fewer for short needles. Of every needle
;; `stride` grams at places that follow one another are in the table: so a look at every `stride`-th byte of the text
;; meets each needle exactly once.
;;
;; A hash is the upper 14 bits of the gram times 2^32 over the golden ratio. The filter alone is read at most looks: it
;; is half of what a core keeps nearest. The hash is written out wherever it is needed: the engines of 2026 call a
;; function for it otherwise.
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
  (func $verify (param $at i32) (param $head i32) (param $gram i32) (param $from i32) (param $end i32) (result i32)
    (local $entry i32) (local $needle i32) (local $start i32) (local $length i32)
    (loop $chain
      (local.set $entry (i32.add (i32.const 49136) (i32.shl (local.get $head) (i32.const 4))))
      (if (i32.eq (i32.load (local.get $entry)) (local.get $gram))
        (then
          (local.set $needle (i32.load16_u offset=4 (local.get $entry)))
          (local.set $start (i32.sub (local.get $at) (i32.load16_u offset=6 (local.get $entry))))
          (local.set $length (i32.load offset=114692 (i32.shl (local.get $needle) (i32.const 3))))
          (if (i32.and
                (i32.ge_s (local.get $start) (local.get $from))
                (i32.le_u (i32.add (local.get $start) (local.get $length)) (local.get $end)))
            (then
              (if (call $equal
                    (local.get $start)
                    (i32.load offset=114688 (i32.shl (local.get $needle) (i32.const 3)))
                    (local.get $length))
                (then
                  (global.set $needle (local.get $needle))
                  (return (local.get $start))))))))
      (local.set $head (i32.load16_u offset=8 (local.get $entry)))
      (br_if $chain (local.get $head)))
    (i32.const -1))

  ;; Where the first needle within $from to $end begins, or -1; which one, in `needle`. Of needles on one line another
  ;; than the first may be told.
  (func (export "find") (param $from i32) (param $end i32) (param $stride i32) (param $mask i32) (result i32)
    (local $at i32) (local $last i32) (local $unrolled i32) (local $hash i32) (local $gram i32) (local $hit i32)
    (local $two i32) (local $three i32)
    (local.set $two (i32.shl (local.get $stride) (i32.const 1)))
    (local.set $three (i32.add (local.get $two) (local.get $stride)))
    (local.set $at (i32.sub (i32.add (local.get $from) (local.get $stride)) (i32.const 1)))
    ;; A gram may be read a few bytes beyond $end: the memory has them, and `verify` looks at $end.
    (local.set $last (i32.sub (local.get $end) (i32.const 1)))
    (local.set $unrolled (i32.sub (local.get $last) (local.get $three)))
    (block $done
      (loop $outer
        ;; Four looks at a time, as long as none meets a gram's hash.
        (block $met
          (loop $fast
            (br_if $met (i32.gt_s (local.get $at) (local.get $unrolled)))
            (br_if $met (i32.or
              (i32.or
                (i32.load8_u (i32.shr_u (i32.mul
                  (i32.and (i32.load (local.get $at)) (local.get $mask))
                  (i32.const 0x9E3779B1)) (i32.const 18)))
                (i32.load8_u (i32.shr_u (i32.mul
                  (i32.and (i32.load (i32.add (local.get $at) (local.get $stride))) (local.get $mask))
                  (i32.const 0x9E3779B1)) (i32.const 18))))
              (i32.or
                (i32.load8_u (i32.shr_u (i32.mul
                  (i32.and (i32.load (i32.add (local.get $at) (local.get $two))) (local.get $mask))
                  (i32.const 0x9E3779B1)) (i32.const 18)))
                (i32.load8_u (i32.shr_u (i32.mul
                  (i32.and (i32.load (i32.add (local.get $at) (local.get $three))) (local.get $mask))
                  (i32.const 0x9E3779B1)) (i32.const 18))))))
            (local.set $at (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 2))))
            (br $fast)))
        ;; One look after another, until one has met it or the end is near.
        (loop $slow
          (br_if $done (i32.gt_s (local.get $at) (local.get $last)))
          (local.set $gram (i32.and (i32.load (local.get $at)) (local.get $mask)))
          (local.set $hash (i32.shr_u (i32.mul (local.get $gram) (i32.const 0x9E3779B1)) (i32.const 18)))
          (if (i32.load8_u (local.get $hash))
            (then
              (local.set $hit (call $verify
                (local.get $at)
                (i32.load16_u offset=16384 (i32.shl (local.get $hash) (i32.const 1)))
                (local.get $gram)
                (local.get $from)
                (local.get $end)))
              (if (i32.ge_s (local.get $hit) (i32.const 0)) (then (return (local.get $hit))))
              (local.set $at (i32.add (local.get $at) (local.get $stride)))
              (br $outer)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (br $slow))))
    (i32.const -1))

  ;; Where the line begins that $at is in: after a newline before $at, or at $from.
  (func (export "lineStart") (param $at i32) (param $from i32) (result i32)
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
  (func (export "lineEnd") (param $at i32) (param $end i32) (result i32)
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
