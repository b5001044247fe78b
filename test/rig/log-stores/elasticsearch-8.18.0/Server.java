import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import java.nio.file.Path;
import java.util.List;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.MockNode;
import org.elasticsearch.transport.netty4.Netty4Plugin;
import org.junit.Test;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;
import org.junit.runner.RunWith;

/**
 * One node on loopback: `Server PORT TRANSPORT-PORT DIRECTORY`. It runs until it is killed. The node comes from the test
 * framework, which wants to be inside a test.
 */
@RunWith(RandomizedRunner.class)
@TimeoutSuite(millis = 0)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
public final class Server {
    private static String[] given;

    public static void main(String[] arguments) {
        given = arguments;
        Result result = JUnitCore.runClasses(Server.class);
        result.getFailures().forEach((failure) -> System.err.println(failure.getTrace()));
        System.exit(1);
    }

    @Test
    public void serve() throws Exception {
        Settings settings = Settings.builder()
            .put("cluster.name", "rig").put("node.name", "node-1").put("path.home", given[2])
            .put("network.host", "127.0.0.1").put("http.port", given[0]).put("transport.port", given[1])
            .put("discovery.type", "single-node").put("http.type", "netty4").put("transport.type", "netty4")
            .put("cluster.routing.allocation.disk.threshold_enabled", "false")
            .build();
        new MockNode(settings, List.of(Netty4Plugin.class), Path.of(given[2], "config"), false).start();
        Thread.currentThread().join();
    }
}
