import { MemorySharedPlace, SharedMemory } from "../../fakes/memory-shared-place.ts";
import { sharedPlaceContract } from "../../contract/shared-place.ts";

sharedPlaceContract("in memory", async () => {
  const memory = new SharedMemory();
  const unreachable = new MemorySharedPlace(memory);
  unreachable.isCut = true;
  return { place: new MemorySharedPlace(memory), unreachable, close: () => Promise.resolve() };
});
