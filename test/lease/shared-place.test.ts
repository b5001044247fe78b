import { MemorySharedPlace, SharedMemory } from "../fakes/memory-shared-place.js";
import { sharedPlaceContract } from "../contract/shared-place.js";

sharedPlaceContract("in memory", async () => {
  const memory = new SharedMemory();
  const unreachable = new MemorySharedPlace(memory);
  unreachable.isCut = true;
  return { place: new MemorySharedPlace(memory), unreachable, close: () => Promise.resolve() };
});
