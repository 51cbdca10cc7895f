{{- define "broadsheet.name" -}}
{{- .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "broadsheet.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "broadsheet.secret" -}}
{{- .Values.secret.existing | default (include "broadsheet.fullname" .) }}
{{- end }}

{{- define "broadsheet.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "broadsheet.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "broadsheet.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "broadsheet.selector" . }}
{{- end }}

{{- define "broadsheet.selector" -}}
app.kubernetes.io/name: {{ include "broadsheet.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The pods of a role: a dict of root, role and its values. */}}
{{- define "broadsheet.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "broadsheet.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .role }}
  annotations:
    checksum/settings: {{ toYaml $root.Values.settings | sha256sum }}
    checksum/secret: {{ toYaml $root.Values.secret | sha256sum }}
    prometheus.io/scrape: "true"
    prometheus.io/port: "8025"
    prometheus.io/path: /metrics
    {{- with $root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "broadsheet.serviceAccount" $root }}
  automountServiceAccountToken: false
  # Kubernetes would set BROADSHEET_..._SERVICE_HOST and the like, which are no settings.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: broadsheet
      image: "{{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}"
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [serve, --role, {{ .role }}]
      env:
        - { name: BROADSHEET_STORE_FILE, value: /run/secrets/broadsheet/store }
        - { name: BROADSHEET_REDIS_FILE, value: /run/secrets/broadsheet/redis }
        - { name: BROADSHEET_SECRETS_FILE, value: /run/secrets/broadsheet/secrets }
        - { name: BROADSHEET_LOG_FORMAT, value: json }
        {{- range $name, $key := $root.Values.secret.files }}
        - { name: {{ $name }}, value: /run/secrets/broadsheet/{{ $key }} }
        {{- end }}
        {{- range $name, $value := $root.Values.env }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
        {{- end }}
      ports:
        - { name: http, containerPort: 8025 }
      startupProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
      {{- if eq .role "api" }}
      lifecycle:
        preStop:
          exec: { command: [sleep, {{ $root.Values.drainSeconds | quote }}] }
      {{- end }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: settings, mountPath: /etc/broadsheet, readOnly: true }
        - { name: secret, mountPath: /run/secrets/broadsheet, readOnly: true }
        - { name: data, mountPath: /var/lib/broadsheet }
        - { name: tmp, mountPath: /tmp }
  volumes:
    - name: settings
      configMap: { name: {{ include "broadsheet.fullname" $root }} }
    - name: secret
      secret: { secretName: {{ include "broadsheet.secret" $root }} }
    - { name: data, emptyDir: {} }
    - { name: tmp, emptyDir: {} }
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* The deployment of a role: as above, and scaled where something else says how many. */}}
{{- define "broadsheet.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "broadsheet.fullname" .root }}-{{ .role }}
  labels:
    {{- include "broadsheet.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .role }}
spec:
  {{- if not .scaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  strategy:
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  selector:
    matchLabels:
      {{- include "broadsheet.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .role }}
  template:
    {{- include "broadsheet.pod" . | nindent 4 }}
{{- end }}
