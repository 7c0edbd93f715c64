// AWS SDK for Kotlin: does one check and prints one line of JSON.

import aws.sdk.kotlin.runtime.auth.credentials.DefaultChainCredentialsProvider
import aws.sdk.kotlin.runtime.config.imds.ImdsClient
import aws.sdk.kotlin.services.sts.StsClient
import aws.sdk.kotlin.services.sts.getCallerIdentity
import kotlinx.coroutines.runBlocking

object Client {
    @JvmStatic
    fun main(words: Array<String>) = runBlocking {
        if (words[0] == "follow") return@runBlocking follow()
        try {
            say(true, answer(words[0]), "")
        } catch (failure: Exception) {
            say(false, "", "${failure::class.simpleName}: ${failure.message}")
        }
    }

    private suspend fun answer(check: String): String = when (check) {
        "version" -> aws.sdk.kotlin.services.sts.SdkVersion
        "whoami" -> StsClient.fromEnvironment().use { it.getCallerIdentity().arn ?: "" }
        "region" -> StsClient.fromEnvironment().use { it.config.region } ?: throw IllegalStateException("no region")
        "identity" -> ImdsClient().use {
            val document = it.get("/latest/dynamic/instance-identity/document")
            "${field(document, "accountId")} ${field(document, "region")}"
        }
        else -> throw IllegalArgumentException("no check called $check")
    }

    private fun field(document: String, name: String) =
        Regex("\"$name\" *: *\"([^\"]*)\"").find(document)?.groupValues?.get(1) ?: "no $name"

    /** One provider for as long as the program runs; each line of input asks it again. */
    private suspend fun follow() = DefaultChainCredentialsProvider().use { provider ->
        while (readlnOrNull() != null) {
            try {
                say(true, provider.resolve().accessKeyId, "")
            } catch (failure: Exception) {
                say(false, "", failure.message ?: "")
            }
        }
    }

    private fun say(ok: Boolean, value: String, detail: String) =
        println("{\"ok\":$ok,\"value\":${quote(value)},\"detail\":${quote(detail)}}")

    private fun quote(text: String) = text.map {
        when {
            it == '"' || it == '\\' -> "\\$it"
            it < ' ' -> "\\u%04x".format(it.code)
            else -> it.toString()
        }
    }.joinToString("", "\"", "\"")
}
