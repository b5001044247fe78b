import org.codelibs.opensearch.runner.OpenSearchRunner;
import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

/** One node on loopback: `Server PORT TRANSPORT-PORT DIRECTORY`. It runs until it is killed. */
public final class Server {
    public static void main(String[] arguments) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", arguments[0]);
            settings.put("transport.port", arguments[1]);
            settings.putList("discovery.seed_hosts");
            settings.putList("cluster.initial_master_nodes", "Node 1");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
        }).build(newConfigs().clusterName("rig").numOfNode(1).basePath(arguments[2]).disableESLogger());
        Thread.currentThread().join();
    }
}
